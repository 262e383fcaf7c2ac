import { fromContracts, type ActorContext } from 'rxcomet';
import { concatMap, ignoreElements, map, of, range, tap, type Observable } from 'rxjs';
import { actions } from './actions';
import { NotArmed } from './NotArmed';
import { settle } from './settle';
import { SimulatedSourceMeter, type Point } from './SimulatedSourceMeter';

/** Time for the current to settle after a step of the voltage. */
const SETTLING_MS = 20;

interface State {
  readonly device: SimulatedSourceMeter;
  readonly armed: boolean;
}

/** A source-measure unit as an actor: a sweep is one message, so nothing gets between two of its points. */
export function sourceMeter(print: (line: string) => void) {
  /** One reply for each voltage. Interrupted, it is unsubscribed and goes no further. */
  const step = (
    { device, armed }: State,
    voltages: Observable<number>,
    context: Pick<ActorContext<never, Point>, 'clock' | 'reply' | 'fail'>,
  ): Observable<never> | undefined => {
    if (!armed) {
      context.fail(new NotArmed());
      return undefined;
    }
    return voltages.pipe(
      concatMap((volts) => settle(context.clock, SETTLING_MS).pipe(map(() => device.measure(volts)))),
      tap((point) => context.reply(point)),
      ignoreElements(),
    );
  };

  return fromContracts((): State => {
    print('source meter: set up, 0 V');
    return { device: new SimulatedSourceMeter(), armed: true };
  })
    .on(actions.Sweep, (state, { to, points }, context) =>
      step(state, range(1, points).pipe(map((index) => (to * index) / points)), context),
    )
    .on(actions.Measure, (state, volts, context) => step(state, of(volts), context))
    .on(actions.Arm, (state, _, context) => {
      context.reply('armed');
      return { ...state, armed: true };
    })
    .on(actions.Halt, ({ device }, _, context) => {
      print(`source meter: off, was at ${device.volts} V`);
      device.off();
      context.reply('source meter off');
      return { device, armed: false };
    })
    .onSignals(({ device }, signal) => {
      // Before a restart and at the end: never leave the voltage on.
      if (signal.type !== 'terminated') device.off();
    });
}
