// Owns hostile values: what a peer may put into JSON, and what a caller may give instead of it. Must not know the protocol's state.

const boom = () => {
  throw new Error('of the caller');
};

/** Any JSON value, as an object. */
export function jsonValue(random, secret) {
  return random.pick([
    () => null,
    () => true,
    () => 0,
    () => -1e308,
    () => '',
    () => `${secret}\r\n\u001b[31m`,
    () => ({ toString: 1, valueOf: 1 }),
    () => ({ message: { toString: 1, valueOf: 1 } }),
    () => ({ __proto__: null, constructor: [], next: 1 }),
    () => [[], {}, null],
    () => '\ud800',
    () => ({ message: secret, code: [secret] }),
    () => 'x'.repeat(5000),
    () => JSON.parse('['.repeat(60) + ']'.repeat(60)),
  ])();
}

/** What JSON may not be able to hold, and what throws when it is looked at. */
export function callerValue(random) {
  return random.pick([
    () => null,
    () => undefined,
    () => 7,
    () => Symbol('s'),
    () => 10n,
    () => ({ h: 10n }),
    () => Object.create(null),
    () => new Proxy({}, { get: boom, ownKeys: boom, getPrototypeOf: boom }),
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
    () => ({
      get m() {
        return boom();
      },
    }),
    () => ({ toJSON: boom }),
    () => ({ toJSON: () => ({ m: 'json' }) }),
    () => {
      const cycle = { a: [] };
      cycle.a.push(cycle);
      return cycle;
    },
    () => {
      let deep = [];
      for (let i = 0; i < 1e5; i += 1) deep = [deep];
      return { deep };
    },
    () => boom,
    () => '\ud800',
  ])();
}
