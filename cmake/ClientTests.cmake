# Owns the tests of the native client: one executable of every tests/client/*_test.cpp, against real servers; and the program by
# which tests in JavaScript drive it.

file(GLOB client_test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/client/*.cpp")
add_executable(utcp_client_tests ${client_test_sources})
target_link_libraries(utcp_client_tests PRIVATE utcp_websocket_client OpenSSL::Crypto GTest::gmock GTest::gtest_main)
target_include_directories(utcp_client_tests PRIVATE "${PROJECT_SOURCE_DIR}/tests/client" "${client_dir}")
target_compile_definitions(utcp_client_tests PRIVATE "UTCP_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
utcp_target_options(utcp_client_tests)
if(UTCP_WEBSOCKET_SANITIZE STREQUAL "threads")
  # Older ThreadSanitizers end where the kernel spreads addresses widely: without that, where it is allowed.
  execute_process(COMMAND setarch -R true RESULT_VARIABLE refused ERROR_QUIET)
  if(NOT refused)
    set_property(TARGET utcp_client_tests PROPERTY CROSSCOMPILING_EMULATOR setarch -R)
  endif()
endif()
gtest_discover_tests(utcp_client_tests DISCOVERY_MODE PRE_TEST PROPERTIES LABELS client)

add_executable(utcp_client_driver "${PROJECT_SOURCE_DIR}/tests/client/driver/driver.cpp")
target_link_libraries(utcp_client_driver PRIVATE utcp_websocket_client)
utcp_target_options(utcp_client_driver)
