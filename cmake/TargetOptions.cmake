# Owns how our own code is compiled: warnings, sanitizers, the standard.

function(utcp_target_options target)
  set_target_properties(${target} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 /utf-8 $<$<BOOL:${UTCP_WEBSOCKET_WERROR}>:/WX>)
    return()
  endif()
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
    $<$<BOOL:${UTCP_WEBSOCKET_WERROR}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Wrong about standard library code when optimizing: std::variant's moves, and `"text" + string` (GCC bug 105651).
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-restrict)
  endif()
  if(UTCP_WEBSOCKET_SANITIZE STREQUAL "threads")
    # GCC warns that it does not see fences; those of Asio stand where a mutex orders the same.
    target_compile_options(${target} PRIVATE -fsanitize=thread $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan> -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=thread)
  elseif(UTCP_WEBSOCKET_SANITIZE STREQUAL "memory")
    set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
    target_compile_options(${target} PRIVATE ${sanitizers} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC ${sanitizers})
  elseif(UTCP_WEBSOCKET_SANITIZE)
    message(FATAL_ERROR "UTCP_WEBSOCKET_SANITIZE is memory, threads or OFF, not ${UTCP_WEBSOCKET_SANITIZE}.")
  endif()
endfunction()
