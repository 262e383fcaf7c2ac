/**
 * A fresh object each time, whose every use throws: reading, writing, asking for its keys or its prototype.
 */
export function trap(target: object = {}): object {
  const refuse = (): never => {
    throw new Error('a trap of a Proxy');
  };
  const handler: ProxyHandler<object> = {};
  for (const name of Reflect.ownKeys(Reflect)) {
    if (typeof name === 'string') Object.assign(handler, { [name]: refuse });
  }
  return new Proxy(target, handler);
}

/**
 * What a program may throw, by name; the message of the first is `boom`, the others say nothing that could be
 * read without care.
 */
export const thrown: Readonly<Record<string, () => unknown>> = {
  'an Error': () => new Error('boom'),
  'an object without a prototype': () => Object.create(null) as unknown,
  'a Proxy whose traps throw': () => trap(),
  'an object whose getters throw': () => withGetters({}),
  'an Error whose getters throw': () => withGetters(new Error('unread')),
  undefined: () => undefined,
  'a symbol': () => Symbol('boom'),
};

function withGetters<T extends object>(target: T): T {
  const get = (): never => {
    throw new Error('a getter');
  };
  // The stack first: a test runner makes it of the others.
  for (const key of ['stack', 'message', 'code', 'name', 'cause', 'then', 'errors', 'toString'])
    Object.defineProperty(target, key, { get });
  return target;
}
