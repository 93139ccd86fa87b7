// What `js/api/index.js` exports, by the native client: native_run.js puts it in that file's place.
import { start } from './native_library.js';

export * from './native_library.js';

/** What tests of the package look into: here it is asked, so that `counts()` has to be awaited. */
export const driverOf = (protocol) => protocol;

await start();
