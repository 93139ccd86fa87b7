// Owns how high the timeline was left on this machine, in pixels. Must not know what else is remembered.

const key = 'inspector-timeline-height';

/** @param {number} otherwise */
export function rememberedHeight(otherwise) {
  try {
    return Number(localStorage.getItem(key)) || otherwise;
  } catch {
    return otherwise;
  }
}

/** @param {number} height */
export function rememberHeight(height) {
  try {
    localStorage.setItem(key, String(height));
  } catch {} // not remembered, then
}
