import fc from '../support/fc';
import type { ActorContext } from '../../src/actors/behaviour';
import type { MailboxOptions } from '../../src/actors/MailboxOptions';
import type { SupervisionStrategy } from '../../src/actors/SupervisionStrategy';
import { createTestSystem } from './createTestSystem';

/** What a message makes the actor do. */
const deeds = [
  'nothing',
  'reply',
  'wait',
  'throw',
  'reject',
  'fail',
  'stash',
  'unstash',
  'stop',
  'late',
] as const;
type Deed = (typeof deeds)[number];

interface Message {
  readonly id: number;
  readonly deed: Deed;
}

type Step =
  | {
      readonly type: 'tell' | 'offer' | 'ask' | 'send' | 'impatient';
      readonly deed: Deed;
      readonly urgent: boolean;
    }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'cancel' | 'stop' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constantFrom('tell', 'offer', 'ask', 'send', 'impatient'),
      deed: fc.constantFrom(...deeds),
      urgent: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('advance'), ms: fc.integer({ min: 0, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('cancel', 'stop') }) },
);

const mailbox: fc.Arbitrary<MailboxOptions<Message>> = fc.record({
  capacity: fc.integer({ min: 1, max: 4 }),
  overflow: fc.constantFrom('reject', 'drop-oldest', 'drop-newest'),
  reserved: fc.integer({ min: 0, max: 2 }),
});

const supervision: fc.Arbitrary<SupervisionStrategy> = fc.constantFrom<SupervisionStrategy>(
  'resume',
  'restart',
  'stop',
  { otherwise: 'restart', backoff: { minMs: 5, maxMs: 20 } },
  { otherwise: 'restart', limit: { restarts: 2, windowMs: 50 } },
);

async function play(
  steps: readonly Step[],
  options: { mailbox: MailboxOptions<Message>; supervision: SupervisionStrategy },
): Promise<void> {
  const { system, clock, letters } = createTestSystem();
  const handled: number[] = [];
  const stashedNow = new Set<number>();
  const ends = new Map<number, number>();
  const offers: Promise<unknown>[] = [];
  const cancels: (() => void)[] = [];

  const ref = system.spawn(
    'subject',
    (_, { id, deed }: Message, context: ActorContext<Message, number>) => {
      const wait = (): Promise<undefined> =>
        new Promise((resolve) => clock.setTimeout(() => resolve(undefined), 10));
      if (deed === 'stash' && !stashedNow.has(id)) {
        stashedNow.add(id);
        try {
          context.stash();
        } catch (error) {
          // No room: it fails, which is one way of being handled.
          handled.push(id);
          throw error;
        }
        return undefined;
      }
      handled.push(id);
      switch (deed) {
        case 'reply':
          return context.reply(id);
        case 'wait':
          return wait().then(() => context.reply(id));
        case 'throw':
          throw new Error('thrown');
        case 'reject':
          return wait().then(() => Promise.reject(new Error('rejected')));
        case 'fail':
          return context.fail(new Error('failed'));
        case 'unstash':
          return context.unstashAll();
        case 'stop':
          return context.stop();
        case 'late':
          clock.setTimeout(() => context.reply(id), 3);
          return undefined;
        case 'nothing':
        case 'stash':
          return undefined;
      }
    },
    { ...options, stashCapacity: 3 },
  );

  let sent = 0;
  const ended = (id: number) => () => void ends.set(id, (ends.get(id) ?? 0) + 1);
  for (const next of steps) {
    if ('ms' in next) await clock.advance(next.ms);
    else if (!('deed' in next)) {
      if (next.type === 'cancel') cancels.pop()?.();
      else void system.stopActor(ref);
    } else {
      sent += 1;
      const message = { id: sent, deed: next.deed };
      const priority = next.urgent ? 'urgent' : 'normal';
      const end = ended(sent);
      if (next.type === 'tell') ref.tell(message, { priority });
      else if (next.type === 'offer')
        offers.push(ref.offer(message, { priority, waitMs: 15 }).catch(() => undefined));
      else {
        ends.set(sent, 0);
        if (next.type === 'ask') ref.ask(message, { priority, waitMs: 15, timeoutMs: 40 }).then(end, end);
        else if (next.type === 'impatient') ref.ask(message, { priority, timeoutMs: 5 }).then(end, end);
        else {
          const subscription = ref
            .send(message, { priority, timeoutMs: 40 })
            .subscribe({ error: end, complete: end });
          cancels.push(() => {
            if (subscription.closed) return;
            subscription.unsubscribe();
            end();
          });
        }
      }
    }
  }
  await clock.advance(500);
  const stop = system.stop({ graceMs: 1000 });
  await clock.advance(1000);
  expect(await stop).toMatchObject({ unfinished: [] });
  await Promise.all(offers);

  const accounts = new Map<number, number>();
  const account = (id: number): void => void accounts.set(id, (accounts.get(id) ?? 0) + 1);
  handled.forEach(account);
  for (const letter of letters) if (letter.reason !== 'late-reply') account((letter.message as Message).id);
  // Each message was handled once or is one dead letter, and nothing was made up.
  expect([...accounts].filter(([, count]) => count !== 1)).toEqual([]);
  expect(accounts.size).toBe(sent);
  expect([...ends].filter(([, count]) => count !== 1)).toEqual([]);
  expect(clock.pending).toBe(0);
}

describe('any interleaving of sends, failures, stops and time', () => {
  it('accounts for each message once, and ends each ask exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
        fc.record({ mailbox, supervision }),
        (steps, options) => play(steps, options),
      ),
      { numRuns: 300 },
    );
  });
});
