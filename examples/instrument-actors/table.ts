import { fromContracts } from 'rxcomet';
import { concatMap, ignoreElements, range, tap } from 'rxjs';
import { actions } from './actions';
import { settle } from './settle';
import { SimulatedTable } from './SimulatedTable';

/** Time for a millimetre. */
const STEP_MS = 10;

/** A positioning table as an actor: it begins a move when the one before has arrived, whoever sent it. */
export function table(print: (line: string) => void) {
  return fromContracts(() => new SimulatedTable())
    .on(actions.Move, (device, target, context) => {
      const to = Math.round(target);
      print(`table: ${device.mm} mm, going to ${to} mm`);
      return range(1, Math.abs(to - device.mm)).pipe(
        concatMap(() => settle(context.clock, STEP_MS)),
        tap({
          next: () => device.stepTowards(to),
          complete: () => {
            print(`table: at ${to} mm`);
            context.reply(to);
          },
        }),
        ignoreElements(),
      );
    })
    .on(actions.Halt, (device, _, context) => {
      print(`table: stands at ${device.mm} mm`);
      context.reply('table stands');
    });
}
