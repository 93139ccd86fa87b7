# Owns where nlohmann/json comes from: its CMake package, natively; for wasm a folder that holds nothing else, because the
# system's include folder must not be seen by the cross compiler.

if(NOT EMSCRIPTEN)
  find_package(nlohmann_json 3.10 REQUIRED)
  return()
endif()

find_path(UTCP_NLOHMANN_DIR nlohmann/json.hpp
  PATHS /usr/include /usr/local/include /opt/homebrew/include
  NO_CMAKE_FIND_ROOT_PATH
  DOC "Folder that contains nlohmann/json.hpp")
if(NOT UTCP_NLOHMANN_DIR)
  message(FATAL_ERROR
    "nlohmann/json is missing: install nlohmann-json3-dev (Debian), or pass -DUTCP_NLOHMANN_DIR=<folder of nlohmann/json.hpp>.")
endif()
set(nlohmann_only "${PROJECT_BINARY_DIR}/nlohmann-include")
file(COPY "${UTCP_NLOHMANN_DIR}/nlohmann" DESTINATION "${nlohmann_only}")
add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
target_include_directories(nlohmann_json::nlohmann_json SYSTEM INTERFACE "${nlohmann_only}")
