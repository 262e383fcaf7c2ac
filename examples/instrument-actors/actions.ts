import { defineAction, t } from 'rxcomet';

const Point = t.type({ volts: t.number, amps: t.number });

/** What the instruments can be asked to do. */
export const actions = {
  /** Steps the voltage from 0 to `to` and answers each of `points` with what flows: a stream of results. */
  Sweep: defineAction('Sweep', { value: t.type({ to: t.number, points: t.number }), ack: Point }),
  /** Applies a voltage and answers with what flows. */
  Measure: defineAction('Measure', { value: t.number, ack: Point }),
  /** Allows the output again after an emergency stop. */
  Arm: defineAction('Arm', { ack: t.string }),
  /** Moves the table to a position, in whole mm, and answers with it. */
  Move: defineAction('Move', { value: t.number, ack: t.number }),
  /** What the emergency stop sends to each instrument. */
  Halt: defineAction('Halt', { ack: t.string }),
};
