# Owns the native client: a host of the core on Boost.Asio, Boost.Beast and OpenSSL. Its tests are in ClientTests.cmake.

find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Threads REQUIRED)

set(client_dir "${PROJECT_SOURCE_DIR}/bindings/native")
add_library(utcp_websocket_client STATIC
  "${client_dir}/client.cpp"
  "${client_dir}/clock_and_ids.cpp"
  "${client_dir}/connection.cpp"
  "${client_dir}/decode.cpp"
  "${client_dir}/dialer.cpp"
  "${client_dir}/engine.cpp"
  "${client_dir}/engine_calls.cpp"
  "${client_dir}/engine_commands.cpp"
  "${client_dir}/engine_uploads.cpp"
  "${client_dir}/failure.cpp"
  "${client_dir}/json_value.cpp"
  "${client_dir}/manual_values.cpp"
  "${client_dir}/options.cpp"
  "${client_dir}/prepared.cpp"
  "${client_dir}/proxy.cpp"
  "${client_dir}/tls.cpp"
  "${client_dir}/token_fetch.cpp"
  "${client_dir}/transport.cpp"
  "${client_dir}/utf8.cpp"
  "${client_dir}/wire.cpp"
)
add_library(utcp_websocket::client ALIAS utcp_websocket_client)
set_target_properties(utcp_websocket_client PROPERTIES EXPORT_NAME client)
target_include_directories(utcp_websocket_client
  PUBLIC
    "$<BUILD_INTERFACE:${client_dir}/include>"
    "$<INSTALL_INTERFACE:include>"
  PRIVATE "${client_dir}")
target_link_libraries(utcp_websocket_client
  PUBLIC utcp_websocket Boost::headers nlohmann_json::nlohmann_json Threads::Threads
  PRIVATE OpenSSL::SSL OpenSSL::Crypto)
utcp_target_options(utcp_websocket_client)

# The program `utcp-websocket`.
if(UTCP_WEBSOCKET_PROGRAM)
  set(program_dir "${client_dir}/program")
  # The recipes are compiled in, as their document says them.
  set(recipes_file "${CMAKE_CURRENT_SOURCE_DIR}/docs/recipes.md")
  file(READ "${recipes_file}" UTCP_RECIPES)
  configure_file("${program_dir}/recipes_text.cpp.in" "${CMAKE_CURRENT_BINARY_DIR}/recipes_text.cpp" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${recipes_file}")
  add_executable(utcp_websocket_program
    "${program_dir}/commands.cpp"
    "${program_dir}/completion.cpp"
    "${program_dir}/ending.cpp"
    "${program_dir}/failures.cpp"
    "${program_dir}/help.cpp"
    "${program_dir}/input.cpp"
    "${program_dir}/main.cpp"
    "${program_dir}/open.cpp"
    "${program_dir}/output.cpp"
    "${program_dir}/recipes.cpp"
    "${CMAKE_CURRENT_BINARY_DIR}/recipes_text.cpp"
    "${program_dir}/terminal.cpp"
    "${program_dir}/upload.cpp"
    "${program_dir}/usage.cpp"
  )
  # Many small files with the same large headers: joined, they compile in half the time.
  set_target_properties(utcp_websocket_program PROPERTIES OUTPUT_NAME utcp-websocket UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  target_link_libraries(utcp_websocket_program PRIVATE utcp_websocket_client OpenSSL::SSL OpenSSL::Crypto)
  target_include_directories(utcp_websocket_program PRIVATE "${client_dir}")
  target_compile_definitions(utcp_websocket_program PRIVATE "UTCP_WEBSOCKET_VERSION=\"${PROJECT_VERSION}\"")
  utcp_target_options(utcp_websocket_program)
endif()
