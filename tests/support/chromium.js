// How the browser tests start Chromium: found in PATH, or where CHROMIUM_PATH says.
import { findProgram } from './program.js';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Options for playwright's `launchPersistentContext`. */
export function chromiumOptions() {
  const executablePath = findProgram('Chromium', 'CHROMIUM_PATH', ['chromium', 'chromium-browser', 'google-chrome']);
  return { executablePath, args: flags };
}
