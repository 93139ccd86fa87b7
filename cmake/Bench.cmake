# Owns the benchmark of the native client. `npm run bench -- native` builds and runs it.

add_executable(utcp_bench "${PROJECT_SOURCE_DIR}/tests/bench/native.cpp")
target_link_libraries(utcp_bench PRIVATE utcp_websocket_client)
utcp_target_options(utcp_bench)
