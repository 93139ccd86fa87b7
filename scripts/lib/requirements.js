// Owns the list of what this machine must have: how to see that it is there, and which Debian packages bring it.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { output, which } from './repo.js';

const headerFolders = ['/usr/include', '/usr/local/include', '/opt/homebrew/include'];
const hasHeader = (path) => headerFolders.some((folder) => existsSync(join(folder, path)));

/** Clang's sanitizers and its fuzzer are a package of their own on Debian. */
function hasClangRuntime() {
  const resources = output('clang++', ['-print-resource-dir'])?.trim();
  if (!resources || !existsSync(join(resources, 'lib'))) return false;
  const names = readdirSync(join(resources, 'lib'), { recursive: true }).map(String);
  return [/clang_rt\.asan/, /clang_rt\.fuzzer/].every((library) => names.some((name) => library.test(name)));
}

/** `for`: `build` makes the package, `test` is needed by the tests besides, `docs` by the API reference. */
const requirements = [
  { name: 'CMake', for: 'build', packages: ['cmake'], present: () => which('cmake') },
  { name: 'Ninja', for: 'build', packages: ['ninja-build'], present: () => which('ninja', 'ninja-build') },
  { name: 'Emscripten', for: 'build', packages: ['emscripten'], present: () => which('emcc') && which('em-config') },
  {
    name: 'nlohmann/json',
    for: 'test',
    packages: ['nlohmann-json3-dev'],
    present: () => hasHeader('nlohmann/json.hpp'),
  },
  { name: 'GCC', for: 'test', packages: ['g++'], present: () => which('g++') },
  { name: 'Clang', for: 'test', packages: ['clang'], present: () => which('clang++') },
  { name: "Clang's sanitizers and fuzzer", for: 'test', packages: ['libclang-rt-dev'], present: hasClangRuntime },
  { name: 'clang-format', for: 'test', packages: ['clang-format'], present: () => which('clang-format') },
  { name: 'clang-tidy', for: 'test', packages: ['clang-tidy'], present: () => which('clang-tidy') },
  {
    name: 'GoogleTest',
    for: 'test',
    packages: ['libgtest-dev', 'libgmock-dev'],
    present: () => hasHeader('gtest/gtest.h') && hasHeader('gmock/gmock.h'),
  },
  {
    name: 'Boost 1.81 or newer',
    for: 'test',
    packages: ['libboost1.81-dev'],
    present: () => hasHeader('boost/asio/any_completion_handler.hpp'),
  },
  {
    name: 'OpenSSL',
    for: 'test',
    packages: ['openssl', 'libssl-dev'],
    present: () => which('openssl') && hasHeader('openssl/ssl.h'),
  },
  { name: 'pkg-config', for: 'test', packages: ['pkg-config'], present: () => which('pkg-config') },
  { name: 'script', for: 'test', packages: ['bsdutils'], present: () => which('script') },
  {
    name: 'Chromium',
    for: 'test',
    packages: ['chromium'],
    present: () => process.env.CHROMIUM_PATH || which('chromium', 'chromium-browser', 'google-chrome'),
  },
  {
    name: 'Firefox',
    for: 'test',
    packages: ['firefox-esr'],
    present: () => process.env.FIREFOX_PATH || which('firefox-esr', 'firefox'),
  },
  {
    name: 'RabbitMQ',
    for: 'test',
    packages: ['rabbitmq-server'],
    present: () => existsSync('/usr/lib/rabbitmq/bin/rabbitmq-server') && which('epmd'),
  },
  { name: 'Doxygen', for: 'docs', packages: ['doxygen'], present: () => which('doxygen') },
];

/** What is missing on this machine for `purpose` (`build`, `test` or `docs`). */
export function missingRequirements(purpose) {
  const wanted = ['build', purpose];
  return requirements.filter((requirement) => wanted.includes(requirement.for) && !requirement.present());
}
