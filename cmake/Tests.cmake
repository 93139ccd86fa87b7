# Owns the native tests: one executable of every tests/native/*_test.cpp; ctest shows each test of it.

enable_testing()
include(GoogleTest)
find_package(GTest REQUIRED)

file(GLOB test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/native/*.cpp")
add_executable(utcp_tests ${test_sources})
target_link_libraries(utcp_tests PRIVATE utcp_websocket GTest::gmock GTest::gtest_main)
target_include_directories(utcp_tests PRIVATE "${PROJECT_SOURCE_DIR}/tests/native")
target_compile_definitions(utcp_tests PRIVATE "UTCP_VECTORS_DIR=\"${PROJECT_SOURCE_DIR}/tests/vectors\"")
utcp_target_options(utcp_tests)
gtest_discover_tests(utcp_tests DISCOVERY_MODE PRE_TEST)
