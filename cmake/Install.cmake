# Owns the installed CMake package: find_package(utcp_websocket) → utcp_websocket::utcp_websocket.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/utcp_websocket")

install(TARGETS utcp_websocket EXPORT utcp_websocket_targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
get_property(public_headers GLOBAL PROPERTY UTCP_PUBLIC_HEADERS)
install(FILES ${public_headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/utcp_websocket")
install(EXPORT utcp_websocket_targets NAMESPACE utcp_websocket:: DESTINATION "${package_dir}")

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/utcp_websocket-config.cmake.in"
  "${PROJECT_BINARY_DIR}/utcp_websocket-config.cmake"
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/utcp_websocket-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/utcp_websocket-config.cmake"
  "${PROJECT_BINARY_DIR}/utcp_websocket-config-version.cmake"
  DESTINATION "${package_dir}")
