import { chaos } from './chaos';
import { ChaosAccount } from './ChaosAccount';

jest.setTimeout(60_000);

describe('while connections break and the host is started anew', () => {
  it('every send ends once, and what is acknowledged was handled once', async () => {
    const SENDS = 3000;
    // The seed stands in whatever fails; `node scripts/nightly.js chaos` does it with 200 clients for a
    // minute.
    const report = await chaos({
      seed: 20240102,
      clients: 12,
      restartEvery: SENDS / 6,
      goesOn: (begun) => begun < SENDS,
    });
    expect(report.sends).toBe(SENDS);
    expect(report.restarts).toBeGreaterThan(2);
    expect(report.acknowledged).toBeGreaterThan(SENDS / 2);
    expect(Object.keys(report.faults).sort()).toEqual(['cut', 'half-close', 'reset']);
  });
});

describe('the account of it', () => {
  const failed = (delivered: string): never => ({ code: 'ERR_X', delivered }) as never;

  it.each<[string, (account: ChaosAccount) => void]>([
    ['ended 0 times', () => undefined],
    [
      'ended 2 times',
      (account) => {
        account.end(0, 'cancelled');
        account.end(0, 'cancelled');
      },
    ],
    [
      'was handled 2 times',
      (account) => {
        account.handled(0);
        account.handled(0);
        account.end(0, 'cancelled');
      },
    ],
    ['was acknowledged with 0 results, handled 0 times', (account) => account.end(0, 'acknowledged')],
    [
      'failed with ERR_X, delivered no, but was handled',
      (account) => {
        account.handled(0);
        account.end(0, failed('no'));
      },
    ],
  ])('does not balance when a send %s', (text, book) => {
    const account = new ChaosAccount();
    account.begin();
    book(account);
    expect(() => account.balance()).toThrow(text);
  });

  it('balances when what failed may or may not have been handled', () => {
    const account = new ChaosAccount();
    for (let id = 0; id < 2; id += 1) {
      account.begin();
      account.end(id, failed('unknown'));
    }
    account.handled(1);
    expect(account.balance()).toMatchObject({ sends: 2, handled: 1, failed: { unknown: 2 } });
  });
});
