'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { createHandlers } = require('../harness/handlers');
const { loads } = require('../harness/loads');

/** A session that calls the handlers directly; `change` may falsify an answer. */
function session(change = (result) => result) {
  const { asks, tells } = createHandlers(1);
  return {
    ask: (action, value) => Promise.resolve(change(asks.get(action)(structuredClone(value)), action)),
    tell(action, value) {
      void tells.get(action)(value);
      return true;
    },
    drained: () => Promise.resolve(),
  };
}

const asking = { action: 'Echo0', count: 20, inFlight: 4 };

test('asks over all sessions, as many as told, and measures them', async () => {
  let asked = 0;
  const counted = () => session((result) => (asked++, result));
  const figures = await loads.points([counted(), counted()], asking);
  assert.equal(asked, 20);
  assert.ok(figures.wallUs > 0 && figures.cpuUs >= 0);
});

test('has no more asks open than told', async () => {
  let open = 0;
  let most = 0;
  const inner = session();
  const ask = async (action, value) => {
    most = Math.max(most, ++open);
    const answer = await inner.ask(action, value);
    open--;
    return answer;
  };
  await loads.points([{ ask }], asking);
  assert.equal(most, 4);
});

for (const [field, value] of [
  ['id', 1],
  ['device', 'Keithley 2450'],
  ['unit', 5],
  ['volts', 0],
  ['amps', 0],
  ['status', 'failed'],
]) {
  test(`refuses a point that came back with another ${field}`, async () => {
    const wrong = session((result) => (result.id === 19 ? { ...result, [field]: value } : result));
    await assert.rejects(loads.points([wrong], asking), /wrong answer: to ask 19/);
    await assert.rejects(loads.latency([wrong], asking), /wrong answer: to ask 19/);
  });
}

test('refuses a curve with another id, another length or another sample', async () => {
  const falsify = (change) => session((result) => (result.id === 0 ? change(result) : result));
  const wrongs = [
    (curve) => ({ ...curve, id: 7 }),
    (curve) => ({ ...curve, samples: curve.samples.slice(1) }),
    (curve) => ({ ...curve, samples: curve.samples.with(1234, 0) }),
  ];
  for (const change of wrongs) {
    await assert.rejects(loads.curves([falsify(change)], { ...asking, count: 2 }), /wrong answer: to ask 0/);
  }
  await loads.curves([session()], { ...asking, count: 2 });
});

test('refuses a block that changed where the digest looks', async () => {
  const options = { count: 1, bytes: 4096 };
  await loads.blocks([session()], options);
  const { asks } = createHandlers(0);
  const damaged = {
    ask: (action, { id, text }) => Promise.resolve(asks.get(action)({ id, text: `!${text.slice(1)}` })),
  };
  await assert.rejects(loads.blocks([damaged], options), /wrong answer: to block 0/);
});

test('refuses detached messages of which one came twice or with another id', async () => {
  await loads.detached([session()], { count: 300 });
  const twice = session();
  const tellTwice = (action, value) =>
    twice.tell(action, value) && (value.id !== 9 || twice.tell(action, value));
  await assert.rejects(
    loads.detached([{ ...twice, tell: tellTwice }], { count: 300 }),
    /301 messages handled of 300/,
  );
  const other = session();
  const tellOther = (action, value) => other.tell(action, value.id === 9 ? { ...value, id: 10 } : value);
  await assert.rejects(
    loads.detached([{ ...other, tell: tellOther }], { count: 300 }),
    /the ids of 300 messages/,
  );
});
