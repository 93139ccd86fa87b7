// Owns building with CMake, by the workflows of CMakePresets.json.
import { run } from './repo.js';

/** What has been built already: nothing changes while a script runs. @type {Map<string, Promise<unknown>>} */
const built = new Map();

/** Configures and builds as a workflow says. @param {string} workflow */
export function build(workflow) {
  const building = built.get(workflow) ?? run('cmake', ['--workflow', '--preset', workflow], { quiet: true });
  built.set(workflow, building);
  return building;
}
