// Owns the answers that come in many frames: jobs as {"type":"tool_response","result":…} frames with {"type":"stream_end"}
// at their end or {"type":"tool_error","error":…} instead; a subscription as bare JSON frames without end.

import { setTimeout as wait } from 'node:timers/promises';

import { describeError, InputError, needInteger, needObject, needOneOf, needString } from '../tools/errors.js';
import { algorithms, hashFolder, verifyFolder } from '../tools/hashing.js';
import { systemMetrics } from '../tools/metrics.js';
import { onTextFrame, parseJson, sendJson, sendJsonAndWait, signalOf } from './frames.js';

/** @type {Record<string, (args: Record<string, any>, signal: AbortSignal) => AsyncIterable<object>>} */
const jobs = {
  hash_folder: (args, signal) => {
    const algorithm = needOneOf(args, 'algorithm', algorithms, 'sha256');
    return hashFolder({ folder: needString(args, 'folder'), algorithm }, signal);
  },
  verify_folder: (args, signal) =>
    verifyFolder({ folder: needString(args, 'folder'), expected: needString(args, 'expected') }, signal),
  count_up: (args, signal) => countUp(needInteger(args, 'items', { min: 1, max: 100_000, fallback: 5000 }), signal),
};

/**
 * Items as fast as the socket takes them.
 * @param {number} items
 * @param {AbortSignal} signal
 */
async function* countUp(items, signal) {
  for (let number = 1; number <= items && !signal.aborted; number++) {
    const wave = Number(Math.sin(number / 40).toFixed(4));
    yield { number, wave, slower: Number((wave * Math.cos(number / 300)).toFixed(4)) };
  }
}

/**
 * @param {string} text
 * @param {AbortSignal} signal
 * @returns {AsyncIterable<object>}
 */
function startJob(text, signal) {
  const parsed = parseJson(text);
  if ('problem' in parsed) throw new InputError(parsed.problem);
  const message = needObject(parsed.value, 'the message');
  const start = Object.hasOwn(jobs, message.job) ? jobs[message.job] : undefined;
  if (start === undefined) throw new InputError(`"job" must be one of ${Object.keys(jobs).join(', ')}`, 'job');
  return start(needObject(message.args ?? {}, '"args"'), signal);
}

/** @type {import('./frames.js').Format} */
export function job(socket) {
  const signal = signalOf(socket);
  onTextFrame(socket, async (text) => {
    try {
      for await (const result of startJob(text, signal)) {
        await sendJsonAndWait(socket, { type: 'tool_response', result });
      }
      sendJson(socket, { type: 'stream_end' });
    } catch (error) {
      if (signal.aborted) return;
      sendJson(socket, { type: 'tool_error', error: describeError(error).message });
    }
  });
}

/** @type {import('./frames.js').Format} */
export function subscription(socket, { sampler }) {
  const closed = signalOf(socket);
  let stop = new AbortController();
  onTextFrame(socket, (text) => {
    // A second subscription on the same connection takes the place of the first.
    stop.abort();
    stop = new AbortController();
    const signal = AbortSignal.any([closed, stop.signal]);
    try {
      const parsed = parseJson(text);
      if ('problem' in parsed) throw new InputError(parsed.problem);
      const message = needObject(parsed.value, 'the message');
      if (message.subscribe !== 'metrics') throw new InputError('"subscribe" must be "metrics"', 'subscribe');
      const interval = needInteger(message, 'interval_ms', { min: 20, max: 60_000, fallback: 1000 });
      void publish(socket, sampler, interval, signal);
    } catch (error) {
      sendJson(socket, { type: 'tool_error', error: describeError(error).message });
    }
  });
}

/**
 * @param {import('./frames.js').Socket} socket
 * @param {import('../tools/metrics.js').Sampler} sampler
 * @param {number} interval
 * @param {AbortSignal} signal
 */
async function publish(socket, sampler, interval, signal) {
  for (let number = 1; !signal.aborted; number++) {
    await sendJsonAndWait(socket, { number, ...systemMetrics(sampler, { sections: ['cpu', 'memory', 'load'] }) });
    await wait(interval, undefined, { signal }).catch(() => {});
  }
}
