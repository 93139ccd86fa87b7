# Owns the wasm module: bindings + core → core.js and core.wasm, one environment-neutral ES module and its binary.
# Dist.cmake makes what is published of them.

if(NOT EMSCRIPTEN_VERSION)
  execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -dumpversion
    OUTPUT_VARIABLE EMSCRIPTEN_VERSION OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.6)
  message(FATAL_ERROR "Emscripten ${EMSCRIPTEN_VERSION} is too old: 3.1.6 is the oldest that works.")
endif()

# Another version of the compiler compiles everything anew.
target_compile_definitions(utcp_core_options INTERFACE "UTCP_EMSCRIPTEN_VERSION=${EMSCRIPTEN_VERSION}")

# Nothing throws through wasm: results are values, and what would throw aborts the instance.
# emcc's -Oz forbids inlining even where it makes the code smaller, as with accessors: allowed again.
target_compile_options(utcp_core_options INTERFACE -fno-exceptions -flto -finline-functions)

# Only Embind asks for the names of types.
foreach(room IN ITEMS base json template session)
  target_compile_options(utcp_${room} PRIVATE -fno-rtti)
endforeach()
set_source_files_properties(
  bindings/wasm/channel.cpp bindings/wasm/replies.cpp bindings/wasm/scratch.cpp bindings/wasm/session_commands.cpp bindings/wasm/session_host.cpp bindings/wasm/session_options.cpp
  PROPERTIES COMPILE_OPTIONS -fno-rtti)

add_executable(core
  bindings/wasm/bindings.cpp
  bindings/wasm/channel.cpp
  bindings/wasm/replies.cpp
  bindings/wasm/scratch.cpp
  bindings/wasm/session_commands.cpp
  bindings/wasm/session_host.cpp
  bindings/wasm/session_options.cpp
)
target_link_libraries(core PRIVATE utcp_websocket)
utcp_target_options(core)
if(EMSCRIPTEN_VERSION VERSION_EQUAL 3.1.6)
  # Embind's JavaScript half without its native library, whose place bindings/wasm/embind_types.cpp takes.
  target_sources(core PRIVATE bindings/wasm/embind_types.cpp)
  target_compile_options(core PRIVATE -fno-rtti)
  target_compile_definitions(core PRIVATE EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
  target_link_options(core PRIVATE
    "SHELL:--js-library \"${EMSCRIPTEN_ROOT_PATH}/src/embind/emval.js\""
    "SHELL:--js-library \"${EMSCRIPTEN_ROOT_PATH}/src/embind/embind.js\"")
else()
  target_link_options(core PRIVATE -lembind)
endif()

set(stack_setting STACK_SIZE)
if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.25)
  set(stack_setting TOTAL_STACK)  # renamed then
endif()
set(no_import_meta "")
if(EMSCRIPTEN_VERSION VERSION_LESS 4.0.4)
  set(no_import_meta -sUSE_ES6_IMPORT_META=0)  # refused since: there scripts/dist/glue.js takes import.meta out
endif()

# Brings the compiled module from 52.4 to 52.1 KB with brotli. Measured with this version's Binaryen only.
set(extra_passes "")
if(EMSCRIPTEN_VERSION VERSION_EQUAL 3.1.6)
  set(extra_passes -sBINARYEN_EXTRA_PASSES=--flatten,--rereloop,-Oz,-Oz)
endif()

target_link_options(core PRIVATE
  -flto -finline-functions
  -lwebsocket.js
  -sMODULARIZE=1 -sEXPORT_ES6=1 ${no_import_meta} -sENVIRONMENT=web  # no host is assumed: js/core/module.js knows
  -sFILESYSTEM=0
  -sDYNAMIC_EXECUTION=0  # works under a Content-Security-Policy without unsafe-eval
  -sALLOW_MEMORY_GROWTH=1
  -sABORTING_MALLOC=1  # growth turns it off: a failed allocation must end the instance
  -sINITIAL_MEMORY=2097152
  -s${stack_setting}=262144
  -Wl,--stack-first  # an overflow traps instead of overwriting data
  ${extra_passes}
  -sMALLOC=emmalloc
  -sTEXTDECODER=2  # every host has one: no second decoder in JavaScript
  -sINCOMING_MODULE_JS_API=instantiateWasm,onAbort,WebSocket)

# JavaScript that becomes part of the glue; the link depends on it.
foreach(option_and_file IN ITEMS --js-library:bindings/wasm/host.js --pre-js:bindings/wasm/pre.js)
  string(REPLACE ":" ";" option_and_file "${option_and_file}")
  list(GET option_and_file 0 option)
  list(GET option_and_file 1 file)
  set(file "${PROJECT_SOURCE_DIR}/${file}")
  target_link_options(core PRIVATE "SHELL:${option} \"${file}\"")
  set_property(TARGET core APPEND PROPERTY LINK_DEPENDS "${file}")
endforeach()

# Debian's Emscripten finds its JavaScript parser in Debian's module folder only when told so.
if(EXISTS /usr/share/nodejs/acorn)
  set_property(TARGET core PROPERTY RULE_LAUNCH_LINK "\"${CMAKE_COMMAND}\" -E env NODE_PATH=/usr/share/nodejs")
endif()
