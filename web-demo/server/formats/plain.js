// Owns the paths that take the arguments as they are, one JSON object, and answer with JSON or with an image.
// A mistake is answered with {"error":{"message":…,"field":…}}.

import { renderChart } from '../tools/chart.js';
import { describeError, needObject } from '../tools/errors.js';
import { systemMetrics } from '../tools/metrics.js';
import { onTextFrame, parseJson, sendJson } from './frames.js';

/** @typedef {import('./frames.js').Context} Context */

/**
 * @param {(args: Record<string, any>, context: Context) => unknown} run
 * @returns {import('./frames.js').Format}
 */
function plain(run) {
  return (socket, context) => {
    onTextFrame(socket, async (text) => {
      const parsed = parseJson(text);
      if ('problem' in parsed) {
        sendJson(socket, { error: { message: parsed.problem } });
        return;
      }
      try {
        const answer = await run(needObject(parsed.value, 'the arguments'), context);
        if (!(answer instanceof Uint8Array)) sendJson(socket, answer);
        else if (socket.readyState === socket.OPEN) socket.send(answer, { binary: true });
      } catch (error) {
        sendJson(socket, { error: describeError(error) });
      }
    });
  };
}

/** Plain arguments in, JSON out. */
export const metrics = plain((args, { sampler }) => systemMetrics(sampler, args));

/** Plain arguments in, the bytes of a PNG file out, in a binary frame. */
export const chart = plain((args, { sampler }) => renderChart(sampler, args));
