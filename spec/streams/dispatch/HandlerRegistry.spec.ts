import { HandlerRegistry } from '../../../src/streams/dispatch/HandlerRegistry';
import { Registration } from '../../../src/streams/dispatch/Exchange';

function setUp() {
  const registry = new HandlerRegistry();
  const names = new Map<Registration, string>();
  const add = (name: string, action: string): Registration => {
    const wildcard = action === '*' ? undefined : action;
    const registration = new Registration(wildcard, () => undefined);
    names.set(registration, name);
    registry.add(registration);
    return registration;
  };
  const find = (action: string): (string | undefined)[] =>
    registry.find(action).map((registration) => names.get(registration));
  return { registry, add, find };
}

it('keeps the order in which handlers were added, "*" in its place', () => {
  const { add, find } = setUp();
  add('A1', 'A');
  add('star1', '*');
  add('A2', 'A');
  add('B1', 'B');
  add('star2', '*');
  expect(find('A')).toEqual(['A1', 'star1', 'A2', 'star2']);
  expect(find('B')).toEqual(['star1', 'B1', 'star2']);
  expect(find('C')).toEqual(['star1', 'star2']);
});

it('finds what is left after a removal, and nothing changes for a second one', () => {
  const { registry, add, find } = setUp();
  const star = add('star', '*');
  const a = add('A1', 'A');
  add('A2', 'A');
  registry.remove(a);
  registry.remove(a);
  expect(find('A')).toEqual(['star', 'A2']);
  registry.remove(star);
  expect(find('A')).toEqual(['A2']);
  expect(find('B')).toEqual([]);
});

it.each(['__proto__', 'constructor', 'hasOwnProperty', '*', ''])(
  'knows no handler of %j before there is one',
  (name) => {
    const { add, find } = setUp();
    add('A1', 'A');
    expect(find(name)).toEqual([]);
    if (name === '*') return;
    add('mine', name);
    expect(find(name)).toEqual(['mine']);
  },
);

it('leaves a list that is being asked as it is', () => {
  const { registry, add } = setUp();
  add('A1', 'A');
  const asked = registry.find('A');
  add('A2', 'A');
  expect(asked).toHaveLength(1);
});
