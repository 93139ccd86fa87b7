# Owns the simulation: one program of tests/simulation/*.cpp. `npm run simulate` builds and runs it.

file(GLOB simulation_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/simulation/*.cpp")
add_executable(simulate ${simulation_sources})
target_link_libraries(simulate PRIVATE utcp_websocket)
utcp_target_options(simulate)
