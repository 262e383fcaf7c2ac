import { accountForKills } from './accountForKills';

/** Lines from a text with one line each. */
const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const sender = lines(`
  start
  told 1
  told 2
  persisted 2
  told 3
  kill before-fsync
  start
  told 4
  persisted 4
`);

const handled = (number: number, redelivered = false): string =>
  `enter ${number} k${number} ${redelivered}\nexit ${number}\nkept k${number}\n`;

const balance = (receiver: string) => accountForKills({ sender, receiver: lines(receiver) });

describe('the account of a run with kills balances', () => {
  it('when all confirmed messages were handled once, and those not confirmed were or were not', () => {
    const sums = {
      told: 4,
      persisted: 3,
      againRunning: 0,
      againUnrecorded: 0,
      kills: { 'sender before-fsync': 1 },
    };
    expect(balance(`start\n${handled(1)}${handled(2)}${handled(4)}`)).toEqual({
      ...sums,
      handled: 3,
      unconfirmedHandled: 0,
    });
    expect(balance(`start\n${handled(1)}${handled(2)}${handled(3)}${handled(4)}`)).toEqual({
      ...sums,
      handled: 4,
      unconfirmedHandled: 1,
    });
  });

  it('when a message was being handled, or not recorded yet, at a kill of the receiver, and came again marked', () => {
    const report = balance(`
      start
      enter 1 k1 false
      enter 2 k2 false
      exit 2
      kill handler-entered
      start
      ${handled(1, true)}
      ${handled(2, true)}
      ${handled(4)}
    `);
    expect(report).toMatchObject({
      againRunning: 1,
      againUnrecorded: 1,
      handled: 3,
      kills: { 'sender before-fsync': 1, 'receiver handler-entered': 1 },
    });
  });
});

describe('the account of a run with kills does not balance', () => {
  it.each<[string, string, string]>([
    ['a confirmed message was never handled', `start\n${handled(1)}${handled(4)}`, 'message 2 is lost'],
    [
      'a confirmed message was begun and never finished',
      `start\n${handled(1)}enter 2 k2 false\nenter 4 k4 false\nexit 4`,
      'message 2 is lost',
    ],
    [
      'a message was handled twice',
      `start\n${handled(1)}${handled(1, true)}${handled(2)}${handled(4)}`,
      'message 1 was handled twice in one life of the receiver',
    ],
    [
      'a message was handled again after its answer was kept',
      `start\n${handled(1)}kill answer-kept\nstart\n${handled(1, true)}${handled(2)}${handled(4)}`,
      'message 1 was handled again after its answer was kept',
    ],
    [
      'a message was handled again and the handler could not know',
      `start\nenter 1 k1 false\nkill handler-entered\nstart\n${handled(1)}${handled(2)}${handled(4)}`,
      'message 1 was handled again without redelivered',
    ],
    [
      'a message came again under another key',
      `start\nenter 1 k1 false\nkill handler-entered\nstart\nenter 1 kx true\nexit 1\n${handled(2)}${handled(4)}`,
      'message 1 came again with another key',
    ],
    [
      'two messages have one key',
      `start\n${handled(1)}enter 2 k1 false\nexit 2\n${handled(4)}`,
      'messages 1 and 2 have one key',
    ],
    [
      'messages changed places',
      `start\n${handled(2)}${handled(1)}${handled(4)}`,
      'message 1 was handled for the first time after 2',
    ],
    [
      'a message was handled that nobody sent',
      `start\n${handled(1)}${handled(2)}${handled(4)}${handled(5)}`,
      'message 5 was handled and never told',
    ],
    [
      'the receiver began again without a kill',
      `start\n${handled(1)}start\n${handled(2)}${handled(4)}`,
      'the receiver began life 2 without a kill',
    ],
    [
      'an answer was kept before its handler returned',
      `start\nenter 1 k1 false\nkept k1\nexit 1\n${handled(2)}${handled(4)}`,
      'an answer was kept before the handler of k1 returned',
    ],
    ['a line is unknown', `start\nexplode 1\n${handled(1)}${handled(2)}${handled(4)}`, 'explode'],
  ])('when %s', (_what, receiver, fault) => {
    expect(() => balance(receiver)).toThrow(fault);
  });

  it('when the sender left a number out', () => {
    expect(() => accountForKills({ sender: ['start', 'told 1', 'told 3'], receiver: [] })).toThrow(
      'told 3 where 2 was due',
    );
  });

  it('when what was told before a kill counts as confirmed by the life after it', () => {
    const report = accountForKills({
      sender: ['start', 'told 1', 'kill after-write', 'start', 'told 2', 'persisted 2'],
      receiver: lines(`start\n${handled(2)}`),
    });
    expect(report).toMatchObject({ told: 2, persisted: 1 });
  });
});
