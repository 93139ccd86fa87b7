# Owns the fuzz targets: one executable of every tests/fuzz/<name>_fuzz.cpp, named fuzz_<name>. `npm run fuzz` runs them.

if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "The fuzz targets need Clang with libFuzzer: configure with -DCMAKE_CXX_COMPILER=clang++ (preset fuzz).")
endif()

# Coverage for libFuzzer, and the standard library's own checks (an index out of range, an empty optional).
target_compile_options(utcp_core_options INTERFACE -fsanitize=fuzzer-no-link)
target_compile_definitions(utcp_core_options INTERFACE _GLIBCXX_ASSERTIONS)
find_package(nlohmann_json 3.10 REQUIRED)

file(GLOB fuzz_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/fuzz/*_fuzz.cpp")
foreach(source IN LISTS fuzz_sources)
  get_filename_component(name "${source}" NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" name "${name}")
  add_executable(fuzz_${name} "${source}")
  target_link_libraries(fuzz_${name} PRIVATE utcp_websocket nlohmann_json::nlohmann_json)
  utcp_target_options(fuzz_${name})
  target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endforeach()
# That of the native client.
target_link_libraries(fuzz_wire PRIVATE utcp_websocket_client OpenSSL::Crypto)
target_include_directories(fuzz_wire PRIVATE "${PROJECT_SOURCE_DIR}/tests/client" "${client_dir}")
