// Owns the charts that the demo draws: which figures, which bars, which labels. Must not know PNG or sockets.

import { encodePng } from '../png.js';
import { Canvas, textWidth } from './canvas.js';
import { needInteger, needOneOf, needString } from './errors.js';
import { coreShares } from './metrics.js';
import { filesBelow, resolveFolder } from './packages.js';

/** @typedef {import('./canvas.js').Color} Color */
/** @typedef {{ label: string, parts: { value: number, color: Color }[] }} Bar */
/** @typedef {{ title: string, unit: string, top: number, bars: Bar[] }} Chart */

export const chartKinds = /** @type {const} */ (['cores', 'cpu', 'memory', 'file_sizes']);

/** @type {Record<'background' | 'grid' | 'text' | 'first' | 'second', Color>} */
const colors = {
  background: [250, 251, 253],
  grid: [218, 223, 232],
  text: [52, 60, 78],
  first: [38, 99, 196],
  second: [226, 122, 44],
};

/** @returns {Chart} */
function coresChart() {
  const bars = coreShares().map(({ userPercent, systemPercent }, index) => ({
    label: String(index),
    parts: [
      { value: userPercent, color: colors.first },
      { value: systemPercent, color: colors.second },
    ],
  }));
  const highest = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  return { title: 'cores since start: user + system', unit: '%', top: niceTop(highest), bars };
}

/**
 * @param {import('./metrics.js').Sampler} sampler
 * @param {'cpu' | 'memory'} kind
 * @param {number} most
 * @returns {Chart}
 */
function historyChart(sampler, kind, most) {
  const samples = sampler.history.slice(-most);
  const bars = samples.map((sample) => ({
    label: '',
    parts: [{ value: kind === 'cpu' ? sample.cpuPercent : sample.memoryPercent, color: colors.first }],
  }));
  return { title: `${kind}, last ${samples.length} s`, unit: '%', top: 100, bars };
}

/**
 * How many files of a folder have which size, in steps of four times the size before.
 * @param {string} folder
 * @returns {Promise<Chart>}
 */
async function fileSizesChart(folder) {
  const files = await filesBelow(await resolveFolder(folder));
  const steps = ['256', '1K', '4K', '16K', '64K', '256K', '1M', '+'];
  const counts = steps.map(() => 0);
  for (const { bytes } of files) {
    const step = Math.max(0, Math.ceil(Math.log(Math.max(1, bytes) / 256) / Math.log(4)));
    const place = Math.min(steps.length - 1, step);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const bars = steps.map((label, index) => ({ label, parts: [{ value: counts[index] ?? 0, color: colors.first }] }));
  return { title: `${folder}: ${files.length} files by size`, unit: '', top: niceTop(Math.max(1, ...counts)), bars };
}

/**
 * @param {number} value
 * @returns {number} at least the value, and a quarter of it is a short number
 */
function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([2, 4, 8, 12].find((step) => step * power >= value) ?? 12) * power;
}

/**
 * @param {Chart} chart
 * @param {number} width
 * @param {number} height
 * @returns {Canvas}
 */
function draw({ title, unit, top, bars }, width, height) {
  const canvas = new Canvas(width, height, colors.background);
  const area = { left: 52, top: 30, width: width - 66, height: height - 58 };
  canvas.text(area.left, 10, title, colors.text);
  for (let line = 0; line <= 4; line++) {
    const y = area.top + (area.height * line) / 4;
    canvas.rectangle(area.left, y, area.width, 1, colors.grid);
    const label = `${Number(((top * (4 - line)) / 4).toPrecision(3))}${unit}`;
    canvas.text(area.left - 8 - textWidth(label), y - 5, label, colors.text);
  }
  const step = area.width / Math.max(1, bars.length);
  const gap = step > 6 ? Math.min(12, step * 0.2) : 0;
  bars.forEach(({ label, parts }, index) => {
    const x = area.left + index * step;
    let y = area.top + area.height;
    for (const { value, color } of parts) {
      const size = (area.height * Math.min(value, top)) / top;
      y -= size;
      canvas.rectangle(x + gap / 2, y, Math.max(1, step - gap), value > 0 ? Math.max(1, size) : 0, color);
    }
    if (textWidth(label) <= step) {
      canvas.text(x + (step - textWidth(label)) / 2, area.top + area.height + 8, label, colors.text);
    }
  });
  canvas.rectangle(area.left, area.top + area.height, area.width, 1, colors.text);
  return canvas;
}

/**
 * @param {import('./metrics.js').Sampler} sampler
 * @param {Record<string, unknown>} args
 * @returns {Promise<Buffer>} a PNG file
 */
export async function renderChart(sampler, args) {
  const kind = needOneOf(args, 'kind', chartKinds, 'cores');
  const width = needInteger(args, 'width', { min: 160, max: 1600, fallback: 480 });
  const height = needInteger(args, 'height', { min: 100, max: 1200, fallback: 240 });
  let chart;
  if (kind === 'cores') chart = coresChart();
  else if (kind === 'file_sizes') chart = await fileSizesChart(needString(args, 'folder', { fallback: 'ws' }));
  else chart = historyChart(sampler, kind, width - 66);
  return encodePng(draw(chart, width, height));
}
