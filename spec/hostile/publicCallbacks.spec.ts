import { publicCallbacks } from '../support/publicCallbacks';
import { thrown } from '../support/hostileValues';
import { actorCases } from './callbacks/actorCases';
import { appCases } from './callbacks/appCases';
import { sendingCases } from './callbacks/sendingCases';
import { testingCases } from './callbacks/testingCases';

const cases = { ...appCases, ...sendingCases, ...actorCases, ...testingCases };

/**
 * What users get from us and may hand back, such as a system to `createTestProbe`: implemented here, so that
 * no code of theirs is in it.
 */
const MADE_BY_US = [
  'ActorContext',
  'ActorSystem',
  'ActorTimers',
  'MessageControl',
  'Peer',
  'Recording',
  'SystemActor',
  'VirtualTime',
];
/**
 * Ways to the network, which are ours too or stand in for them in a test; a mistake in one should be seen by
 * whoever makes it.
 */
const NETWORK = ['Link', 'LinkEvents', 'Listener', 'Transport'];
/** Called by Node or by the user's own call, so that what they throw is thrown there. */
const THEIR_OWN_CALL = [
  'AskOptions.within(call)',
  'Clock.setTimeout(callback)',
  'VirtualTime.until(promise): PromiseLike',
  'VirtualTime.until(what)',
];

const left = (name: string): boolean =>
  !THEIR_OWN_CALL.includes(name) &&
  ![...MADE_BY_US, ...NETWORK].some(
    (owner) => new RegExp(`^${owner}\\.[\\w$]+(\\(\\))?(: \\w+)?$`).test(name) && cases[name] === undefined,
  ) &&
  !NETWORK.some((owner) => name.startsWith(`${owner}.`));

/**
 * Lets everything run that was set off: promises, immediates, and the timers from which rxjs throws what
 * nobody took.
 */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('has a case for each place where the public declarations take code of their users, and for nothing else', () => {
  expect(Object.keys(cases).sort()).toEqual(publicCallbacks().filter(left));
}, 120_000);

describe.each(Object.entries(thrown))('a callback that throws %s', (_name, make) => {
  const fail = (): never => {
    throw make();
  };

  it.each(Object.entries(cases))('harms nothing as %s, and is told', async (_place, run) => {
    const told = await run(fail);
    await settle();
    // What reached the process by now has failed this test: the runner listens.
    if (told !== 'nobody') expect(told.length).toBeGreaterThan(0);
  });
});
