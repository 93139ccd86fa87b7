# Finds the installed Emscripten and hands over to its own toolchain file, wherever that lies.

find_program(UTCP_EM_CONFIG em-config)
if(NOT UTCP_EM_CONFIG)
  message(FATAL_ERROR "Emscripten is missing: em-config is not on the PATH (Debian: apt-get install emscripten).")
endif()
execute_process(COMMAND "${UTCP_EM_CONFIG}" EMSCRIPTEN_ROOT
  OUTPUT_VARIABLE emscripten_root OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "`em-config EMSCRIPTEN_ROOT` failed: ${failed}")
endif()
include("${emscripten_root}/cmake/Modules/Platform/Emscripten.cmake")
