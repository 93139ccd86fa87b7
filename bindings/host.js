// Owns the JavaScript bodies of imports.hpp. They hand over to `utcpHost.current` (pre.js) and decide nothing.
// Emscripten 3.1.6 reads this file: only `name: function` and ES2019 syntax.

mergeInto(LibraryManager.library, {
  utcp_ws_deliver: function (call, decoding, path, length) {
    utcpHost.current.deliver(call >>> 0, decoding, path ? HEAPU8.subarray(path, path + length) : null);
  },
  utcp_ws_frame: function (facts) {
    utcpHost.current.describeFrame(HEAPU32, facts >> 2);
  },
  utcp_ws_sending: function (call) {
    utcpHost.current.nextCall = call >>> 0;
  },
  utcp_ws_settle: function (call) {
    utcpHost.current.settle(call >>> 0);
  },
  utcp_ws_command: function (text, length) {
    utcpHost.current.command(HEAPU8.subarray(text, text + length));
  },
  utcp_ws_deadline: function (milliseconds) {
    utcpHost.current.deadline(milliseconds);
  },
  utcp_ws_read_text: function (out, capacity, from, progress) {
    var done = utcpHost.current.readText(HEAPU8, out, capacity, from);
    HEAPU32[progress >> 2] = done.read;
    HEAPU32[(progress >> 2) + 1] = done.written;
  },
  utcp_ws_http_status: function () {
    return utcpHost.current.httpStatus;
  },
  utcp_ws_forget__deps: ['$WS'],
  utcp_ws_forget: function (socket) {
    if (WS.sockets) delete WS.sockets[socket];
  },
  utcp_ws_table_size__deps: ['$WS'],
  utcp_ws_table_size: function () {
    return Object.values(WS.sockets || webSockets.allocated).filter((socket) => socket).length;
  },

  // What follows makes the glue smaller: parts of Embind that it always brings along and nothing here uses. Where a version
  // of Emscripten has no such part, its replacement is left out too.

  // Types that no function here takes or gives.
  _embind_register_memory_view: function () {},
  _embind_register_memory_view__deps: [],
  _embind_register_std_wstring: function () {},
  _embind_register_std_wstring__deps: [],
  _embind_register_emval: function () {},
  _embind_register_emval__deps: [],
  _embind_register_bigint: function () {},
  _embind_register_bigint__deps: [],
  // Members of objects in memory, overloads, 64-bit integers.
  $simpleReadValueFromPointer: function () {},
  $integerReadValueFromPointer: function () {},
  $floatReadValueFromPointer: function () {},
  $ensureOverloadTable: function () {},
  $ensureOverloadTable__deps: [],
  $getDynCaller: function () {},
  $getDynCaller__deps: [],
  // Every function has one name and one form.
  $exposePublicSymbol: function (name, value) {
    Module[name] = value;
  },
  $exposePublicSymbol__deps: [],
  $replacePublicSymbol: function (name, value) {
    Module[name] = value;
  },
  $replacePublicSymbol__deps: [],
  // Embind's own errors mean a defect in bindings.cpp: an `Error` tells as much as a class of its own.
  $extendError: function (base) {
    return base;
  },
  $extendError__deps: [],
  $throwUnboundTypeError: function (message) {
    throw new Error(message);
  },
  $throwUnboundTypeError__deps: [],
});
