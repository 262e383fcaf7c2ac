import { ConnectionCounts } from '../../../src/observe/stats/ConnectionCounts';
import type { ConnectionEvent } from '../../../src/streams/messages/ConnectionEvent';

/** Tells counts of events given as `side kind dialect`. */
function follow(counts: ConnectionCounts, ...events: readonly string[]): void {
  for (const event of events) {
    const [side, kind, dialect] = event.split(' ') as [
      ConnectionEvent['side'],
      ConnectionEvent['kind'],
      ConnectionEvent['dialect'],
    ];
    counts.follow({ kind, side, name: 'name', peer: 'peer', dialect, open: 0 });
  }
}

describe('ConnectionCounts', () => {
  it('counts open connections by side and dialect, and all that were opened', () => {
    const counts = new ConnectionCounts();
    follow(counts, 'host open', 'host dialect native', 'host open', 'host dialect comet', 'host open');
    follow(counts, 'client open', 'client dialect native', 'client close native', 'client open');
    expect(counts.snapshot()).toEqual({
      open: [
        { side: 'host', dialect: 'native', open: 1 },
        { side: 'host', dialect: 'comet', open: 1 },
        { side: 'host', dialect: 'unknown', open: 1 },
        { side: 'client', dialect: 'unknown', open: 1 },
      ],
      opened: { host: 3, client: 2 },
    });
    follow(counts, 'host close native', 'host close comet', 'host close', 'client close');
    expect(counts.snapshot()).toEqual({ open: [], opened: { host: 3, client: 2 } });
  });

  it('is not led astray by a connection that closes under a dialect it never showed', () => {
    const counts = new ConnectionCounts();
    follow(counts, 'host open', 'host close comet');
    expect(counts.snapshot().open).toEqual([]);
  });
});
