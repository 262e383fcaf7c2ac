'use strict';

const { digest } = require('./values');

/**
 * What a server does with its messages, the same for every peer. `asks` get an answer, `tells` get none.
 *
 * @typedef {{ asks: Map<string, (value: any) => unknown>, tells: Map<string, (value: any) => unknown> }}
 * Handlers
 */

/**
 * @param {number} actions how many echoing actions to register: `Echo0`, `Echo1`, …
 * @returns {Handlers}
 */
function createHandlers(actions) {
  const asks = new Map();
  const tells = new Map();
  let count = 0;
  let sum = 0;

  // How many detached messages came, and the sum of their ids; begins anew each time it is asked for the
  // whole number.
  asks.set('Tally', ({ expected }) => {
    const tally = { count, sum };
    if (count >= expected) count = sum = 0;
    return tally;
  });
  asks.set('Digest', digest);
  tells.set('Note', (value) => {
    count++;
    sum += value.id;
  });
  // A slow device: the message is handled when the promise settles.
  tells.set('Slow', async (value) => {
    await new Promise((resolve) => setTimeout(resolve, 4));
    count++;
    sum += value.id;
  });
  // One function each, as in a program; the last registered is the one that is asked.
  for (let i = 0; i < actions; i++) asks.set(`Echo${i}`, (value) => value);
  return { asks, tells };
}

module.exports = { createHandlers };
