// Owns the checks that need no build: formatting and lint of C++ and JavaScript.
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fromRoot, jobs, nodeBin, output, run, ScriptError } from './repo.js';
import { hashOf, listFiles, readStamp, writeStamp } from './stamps.js';

const colors = process.stdout.isTTY ? 'force' : 'off';
const cppFolders = ['src', 'bindings', 'examples', 'tests'];
const cppFiles = () => listFiles(cppFolders, (path) => ['.cpp', '.hpp'].includes(extname(path)));

/** Other LLVM versions format and judge a little differently, so what they find must not fail. */
const llvmMajor = '14';

/** The version of an LLVM tool, if it is not the one that decides. */
function otherVersion(tool) {
  const major = /version (\d+)/.exec(output(tool, ['--version']) ?? '')?.[1];
  return major === llvmMajor ? undefined : major;
}

const doesNotCount = (tool, version, count) =>
  console.log(`${tool} ${version} would complain about ${count} files; only what version ${llvmMajor} finds counts.`);

export async function checkFormat() {
  const other = otherVersion('clang-format');
  const args = ['--dry-run', '-Werror', ...cppFiles()];
  if (!other) return void (await run('clang-format', args));
  const { text } = await run('clang-format', args, { quiet: true, mayFail: true });
  const files = new Set([...text.matchAll(/^(.+?):\d+:\d+: error/gm)].map(([, file]) => file));
  if (files.size > 0) doesNotCount('clang-format', other, files.size);
}

export const writeFormat = () => run('clang-format', ['-i', ...cppFiles()]);

/** Biome checks formatting and lint of everything that is JavaScript or JSON; with `write` it repairs what it can. */
export const checkJavaScript = () =>
  nodeBin('@biomejs/biome', ['ci', '--error-on-warnings', '--diagnostic-level=warn', `--colors=${colors}`, '.']);
export const writeJavaScript = () => nodeBin('@biomejs/biome', ['check', '--write', '.']);

/** clang-tidy over src/, only for files that changed (or whose headers did) since they were last found clean. */
export async function checkTidy() {
  const shared = hashOf([
    '.clang-tidy',
    'CMakeLists.txt',
    'cmake',
    ...listFiles(['src'], (path) => path.endsWith('.hpp')),
  ]);
  const clean = readStamp('tidy') ?? {};
  const keys = new Map(
    listFiles(['src'], (path) => path.endsWith('.cpp')).map((file) => [file, hashOf([file], [shared])]),
  );
  const todo = [...keys.keys()].filter((file) => clean[file] !== keys.get(file));
  if (todo.length === 0) return;

  const other = otherVersion('clang-tidy');
  // Its list of commands has each file by itself; those of the builds for tests join files.
  await run('cmake', ['--preset', 'clang-release', '-DUTCP_WEBSOCKET_TESTS=OFF'], { quiet: true });
  const known = new Set(
    JSON.parse(readFileSync(fromRoot('build/clang-release/compile_commands.json'), 'utf8')).map(({ file }) => file),
  );
  const failed = [];
  const work = async () => {
    for (let file = todo.shift(); file !== undefined; file = todo.shift()) {
      if (!known.has(fromRoot(file))) throw new ScriptError(`${file} is in no CMake target.`);
      const { code, text } = await run('clang-tidy', ['-p', 'build/clang-release', '--quiet', file], {
        quiet: true,
        mayFail: true,
      });
      if (code === 0) clean[file] = keys.get(file);
      else failed.push(`${file}:\n${text}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  writeStamp(
    'tidy',
    Object.fromEntries([...keys.keys()].filter((file) => clean[file]).map((file) => [file, clean[file]])),
  );
  if (failed.length === 0) return;
  if (other) return doesNotCount('clang-tidy', other, failed.length);
  console.error(failed.join('\n'));
  throw new ScriptError(`clang-tidy complains about ${failed.length} of ${keys.size} files.`);
}
