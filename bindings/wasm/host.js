// Owns the JavaScript body of imports.hpp, and what Emscripten's libraries get wrong or bring too much of.
// Emscripten 3.1.6 reads this file: only `name: function` and ES2019 syntax.

mergeInto(LibraryManager.library, {
  utcp_ws_read_text: function (out, capacity, from, progress) {
    var done = utcpHost.readText(HEAPU8, out, capacity, from);
    HEAPU32[progress >> 2] = done.read;
    HEAPU32[(progress >> 2) + 1] = done.written;
  },

  utcp_ws_text_may_be_wrapped: function () {
    return utcpHost.mayBeWrapped();
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

// Emscripten 3.1.6 leaves a deleted socket in its table (`delete WS.sockets[socket]`).
if (LibraryManager.library.$WS && !LibraryManager.library.$webSockets) {
  mergeInto(LibraryManager.library, {
    emscripten_websocket_delete: function (socketId) {
      var socket = WS.sockets[socketId];
      if (!socket) return -3; // EMSCRIPTEN_RESULT_INVALID_TARGET
      socket.onopen = socket.onerror = socket.onclose = socket.onmessage = null;
      delete WS.sockets[socketId];
      return 0;
    },
    emscripten_websocket_delete__deps: ['$WS'],
  });
}
