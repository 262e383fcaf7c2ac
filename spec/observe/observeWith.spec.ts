import { observeWith } from '../../src/observe/observeWith';
import type { Message } from '../../src/streams/messages/Message';
import type { TrafficObserver } from '../../src/streams/messages/TrafficObserver';

const message = {} as Message;
const sent = {
  client: 'P',
  action: 'A',
  kind: 'ask',
  confirm: true,
  key: undefined,
  trace: undefined,
} as const;

function observer(name: string, log: string[], more: Partial<TrafficObserver> = {}): TrafficObserver {
  return {
    traces: false,
    messageBegan: () => `${name}-message`,
    messageEnded: (_message, token, outcome) => void log.push(`${String(token)} ${outcome}`),
    sendBegan: () => `${name}-send`,
    sendEnded: (_sent, token, outcome) => void log.push(`${String(token)} ${outcome}`),
    sentUnconfirmed: (client, action) => void log.push(`${name} ${client} ${action}`),
    ...more,
  };
}

it('is nothing of none, and the one of one', () => {
  const one = observer('a', []);
  expect(observeWith([])).toBeUndefined();
  expect(observeWith([undefined])).toBeUndefined();
  expect(observeWith([undefined, one])).toBe(one);
});

it('tells all of them in their order, each with the token it gave', () => {
  const log: string[] = [];
  const all = observeWith([observer('a', log), observer('b', log)]) as TrafficObserver;
  all.messageEnded(message, all.messageBegan(message), 'ok');
  all.sendEnded(sent, all.sendBegan(sent), 'ERR_X');
  all.sentUnconfirmed('P', 'A');
  expect(log).toEqual(['a-message ok', 'b-message ok', 'a-send ERR_X', 'b-send ERR_X', 'a P A', 'b P A']);
  expect(all.traces).toBe(false);
  expect(all.within).toBeUndefined();
  expect(all.traceparent?.(all.sendBegan(sent))).toBeUndefined();
});

it('calls once within all that want it, the first outermost, also what returns nothing', () => {
  const log: string[] = [];
  const within =
    (name: string): NonNullable<TrafficObserver['within']> =>
    (token, call) => {
      log.push(`${name} in with ${String(token)}`);
      const result = call();
      log.push(`${name} out`);
      return result;
    };
  const all = observeWith([
    observer('a', log, { within: within('a') }),
    observer('b', log),
    observer('c', log, { within: within('c'), traces: true, traceparent: (token) => `t-${String(token)}` }),
  ]) as TrafficObserver;
  const token = all.messageBegan(message);
  const call = jest.fn(() => undefined);
  expect(all.within?.(token, call)).toBeUndefined();
  expect(call).toHaveBeenCalledTimes(1);
  expect(log).toEqual(['a in with a-message', 'c in with c-message', 'c out', 'a out']);
  expect(all.within?.(token, () => 5)).toBe(5);
  expect(all.traces).toBe(true);
  expect(all.traceparent?.(all.sendBegan(sent))).toBe('t-c-send');
});
