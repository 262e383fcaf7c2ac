import { nearestName } from '../../src/runtime/nearestName';

it.each([
  ['Clients', ['Host', 'Client'], 'Client'],
  ['Prot', ['IP', 'Port'], 'Port'],
  ['sned', ['serve', 'send', 'check', 'watch'], 'send'],
  ['telegram', ['Telegram', 'Stage'], 'Telegram'],
  ['Telegarm', ['Telegram', 'Stage'], 'Telegram'],
  ['x', ['y'], 'y'],
  ['Oven', ['Telegram', 'Stage'], undefined],
  ['', [], undefined],
  ['x'.repeat(65), ['x'.repeat(65)], undefined],
])('takes %j for one of %j: %j', (typed, known, expected) => {
  expect(nearestName(typed, known)).toBe(expected);
});

it('prefers the same letters in another case to any other edit', () => {
  expect(nearestName('port', ['Pert', 'Port', 'Sort'])).toBe('Port');
});
