import { createApp, type ActorRef, type App, type AppOptions, type CometConfig } from 'rxcomet';
import { DeviceFault } from './DeviceFault';
import { sourceMeter } from './sourceMeter';
import { table } from './table';

/** What both instruments understand. */
const halt = { action: 'Halt', value: null };

/**
 * The instruments behind a host: an actor each, so that commands to one never interleave and both work at the
 * same time.
 */
export function createLab(config: CometConfig, print: (line: string) => void, options: AppOptions = {}): App {
  const app = createApp(config, options);

  const meter = app.actors.spawn('source-meter', sourceMeter(print), {
    // Two commands may wait; for more the peer has to.
    mailbox: { capacity: 2 },
    // After a fault it is set up anew, later each time; anything else is a mistake of ours and ends it.
    supervision: {
      on: [[DeviceFault, 'restart']],
      backoff: { minMs: 200, maxMs: 10_000 },
    },
  });
  const stage = app.actors.spawn('table', table(print));

  for (const action of ['Sweep', 'Measure', 'Arm']) app.handle(action, meter);
  app.handle('Move', stage);

  // Urgent: taken when all slots of the host are in use. Interrupt: ahead of the mailbox, and what runs is
  // given up.
  const instruments: readonly ActorRef<typeof halt, unknown>[] = [meter, stage];
  app.handle(
    'EmergencyStop',
    () => Promise.all(instruments.map((instrument) => instrument.ask(halt, { priority: 'interrupt' }))),
    { urgent: true },
  );
  return app;
}
