// Owns the checks of C++ by LLVM's tools. Other versions format and judge a little differently: where this one is missing, nothing is checked.
import { build } from './cmake.js';
import { listFiles, run, which } from './repo.js';

const version = 14;

/** Whether the version that decides is on this machine. @param {string} tool */
function decides(tool) {
  if (which(`${tool}-${version}`)) return true;
  console.log(`${tool}-${version} is not on this machine: not checked`);
  return false;
}

const cppFiles = () => ['src', 'bindings', 'examples', 'tests'].flatMap((folder) => listFiles(folder, '.cpp', '.hpp'));

/** @param {string[]} options */
const format = (...options) => run(`clang-format-${version}`, [...options, ...cppFiles()]);

export const writeFormat = async () => void (decides('clang-format') && (await format('-i')));
export const checkFormat = async () => void (decides('clang-format') && (await format('--dry-run', '-Werror')));
export const checkTidy = async () => void (decides('clang-tidy') && (await build('tidy')));
