// Owns copying a text, and saying what came of it. Must not know where that is shown.

const SHOWN_MS = 3000;

/** @param {string} text @param {(said: string) => void} say for a while, then the empty text */
export async function copyText(text, say) {
  try {
    await navigator.clipboard.writeText(text);
    say('Copied');
  } catch {
    say('Not allowed: select and copy it');
  }
  setTimeout(() => say(''), SHOWN_MS);
}
