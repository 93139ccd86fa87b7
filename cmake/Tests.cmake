# Owns the native tests: one executable of every tests/native/*_test.cpp; ctest shows each test of it.

enable_testing()
include(GoogleTest)
find_package(GTest REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)  # an independent reading of JSON

file(GLOB test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/native/*.cpp")
add_executable(utcp_tests ${test_sources})
target_link_libraries(utcp_tests PRIVATE utcp_websocket nlohmann_json::nlohmann_json GTest::gmock GTest::gtest_main)
target_include_directories(utcp_tests PRIVATE "${PROJECT_SOURCE_DIR}/tests/native")
target_compile_definitions(utcp_tests PRIVATE "UTCP_VECTORS_DIR=\"${PROJECT_SOURCE_DIR}/tests/vectors\"")
utcp_target_options(utcp_tests)
gtest_discover_tests(utcp_tests DISCOVERY_MODE PRE_TEST)

# The rooms' walls: what an earlier room has is found from a later one, and not the other way around.
function(utcp_include_test name room header)
  set(source "${PROJECT_BINARY_DIR}/walls/${name}.cpp")
  file(WRITE "${source}" "#include <utcp_websocket/${header}>\n")
  add_test(NAME "Rooms.${name}" COMMAND "${CMAKE_CXX_COMPILER}" -std=c++20 -fsyntax-only
    "-I$<JOIN:$<TARGET_PROPERTY:utcp_${room},INTERFACE_INCLUDE_DIRECTORIES>,;-I>" "${source}" COMMAND_EXPAND_LISTS)
endfunction()
utcp_include_test(TemplateSeesJson template json_scan.hpp)
utcp_include_test(JsonDoesNotSeeTemplate json url.hpp)
utcp_include_test(TemplateDoesNotSeeSession template session.hpp)
utcp_include_test(BaseDoesNotSeeJson base json_text.hpp)
utcp_include_test(NobodySeesWhatIsPrivate session session_state.hpp)
set_tests_properties(Rooms.JsonDoesNotSeeTemplate Rooms.TemplateDoesNotSeeSession Rooms.BaseDoesNotSeeJson
  Rooms.NobodySeesWhatIsPrivate PROPERTIES PASS_REGULAR_EXPRESSION "[.]hpp.*(No such file|file not found)")
