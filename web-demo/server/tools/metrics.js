// Owns what the demo says about this machine: readings of the `os` module, and a short history of them.
// Must not know how a reading is sent or drawn.

import os from 'node:os';
import process from 'node:process';

import { InputError } from './errors.js';

export const metricSections = /** @type {const} */ (['cpu', 'memory', 'load', 'process', 'system']);

/** @typedef {{ idle: number, total: number }} CpuTimes */
/** @typedef {{ time: number, cpuPercent: number, memoryPercent: number }} Sample */

/**
 * @param {number} value
 * @param {number} [digits]
 * @returns {number}
 */
function round(value, digits = 1) {
  return Number(value.toFixed(digits));
}

/** @returns {CpuTimes} */
function cpuTimes() {
  let idle = 0;
  let total = 0;
  for (const { times } of os.cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}

/** @returns {number} */
function memoryPercent() {
  return round(100 * (1 - os.freemem() / os.totalmem()));
}

/** Measures CPU and memory once in an interval and keeps the last readings. */
export class Sampler {
  /** @type {Sample[]} */
  history = [];
  #last = cpuTimes();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #keep;

  /** @param {{ intervalMs?: number, keep?: number }} [options] */
  constructor({ intervalMs = 1000, keep = 300 } = {}) {
    this.#keep = keep;
    this.#timer = setInterval(() => this.sample(), intervalMs);
    this.#timer.unref();
    this.history.push({ time: Date.now(), cpuPercent: sinceBootPercent(), memoryPercent: memoryPercent() });
  }

  sample() {
    const now = cpuTimes();
    const total = now.total - this.#last.total;
    // Two readings within one tick of the system's clock: nothing has been measured yet.
    if (total <= 0) return;
    const busy = total - (now.idle - this.#last.idle);
    this.#last = now;
    this.history.push({ time: Date.now(), cpuPercent: round((100 * busy) / total), memoryPercent: memoryPercent() });
    if (this.history.length > this.#keep) this.history.shift();
  }

  stop() {
    clearInterval(this.#timer);
  }
}

/** @returns {number} */
function sinceBootPercent() {
  const { idle, total } = cpuTimes();
  return total === 0 ? 0 : round(100 * (1 - idle / total));
}

/** @returns {{ model: string, userPercent: number, systemPercent: number, idlePercent: number }[]} */
export function coreShares() {
  return os.cpus().map(({ model, times }) => {
    const total = Math.max(1, times.user + times.nice + times.sys + times.idle + times.irq);
    return {
      model,
      userPercent: round((100 * (times.user + times.nice)) / total),
      systemPercent: round((100 * (times.sys + times.irq)) / total),
      idlePercent: round((100 * times.idle) / total),
    };
  });
}

/**
 * @param {Sampler} sampler
 * @returns {Record<(typeof metricSections)[number], () => object>}
 */
function readers(sampler) {
  return {
    cpu: () => ({
      cores: os.cpus().length,
      model: os.cpus()[0]?.model ?? 'unknown',
      busy_percent: sampler.history.at(-1)?.cpuPercent ?? sinceBootPercent(),
    }),
    memory: () => ({ total_bytes: os.totalmem(), free_bytes: os.freemem(), used_percent: memoryPercent() }),
    load: () => {
      const [one = 0, five = 0, fifteen = 0] = os.loadavg();
      return { one_minute: round(one, 2), five_minutes: round(five, 2), fifteen_minutes: round(fifteen, 2) };
    },
    process: () => ({
      node: process.version,
      resident_bytes: process.memoryUsage.rss(),
      uptime_seconds: round(process.uptime()),
    }),
    system: () => ({
      platform: os.platform(),
      release: os.release(),
      architecture: os.arch(),
      uptime_seconds: Math.round(os.uptime()),
    }),
  };
}

/**
 * @param {Sampler} sampler
 * @param {Record<string, unknown>} args
 * @returns {Record<string, unknown>}
 */
export function systemMetrics(sampler, args) {
  const sections = args.sections ?? metricSections;
  if (!Array.isArray(sections) || sections.length === 0) {
    throw new InputError(`"sections" must be a list with some of ${metricSections.join(', ')}`, 'sections');
  }
  const read = readers(sampler);
  /** @type {Record<string, unknown>} */
  const result = { time: new Date().toISOString() };
  for (const section of sections) {
    const known = metricSections.find((name) => name === section);
    if (known === undefined) {
      throw new InputError(
        `"sections" holds ${JSON.stringify(section)}; known are ${metricSections.join(', ')}`,
        'sections',
      );
    }
    result[known] = read[known]();
  }
  return result;
}

/** Name of a sensor → its reading and unit, for the text device. */
export const sensors = new Map(
  /** @type {[string, (sampler: Sampler) => [string | number, string]][]} */ ([
    ['cpu', (sampler) => [sampler.history.at(-1)?.cpuPercent ?? 0, 'percent']],
    ['cores', () => [os.cpus().length, 'cores']],
    ['load', () => [round(os.loadavg()[0] ?? 0, 2), 'runnable']],
    ['memory', () => [memoryPercent(), 'percent']],
    ['memory_free', () => [os.freemem(), 'bytes']],
    ['memory_total', () => [os.totalmem(), 'bytes']],
    ['uptime', () => [Math.round(os.uptime()), 'seconds']],
  ]),
);
