# Owns what is installed: the CMake package with its components `core` and `client`, files for pkg-config, the program, and
# Debian packages (cpack -G DEB).

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/utcp_websocket")
# From the folder of the files for pkg-config: an installed tree may be moved.
file(RELATIVE_PATH to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")

# utcp_install(<component> TARGET <target> HEADERS <files>…)
function(utcp_install component)
  cmake_parse_arguments(part "" "TARGET" "HEADERS" ${ARGN})
  install(TARGETS ${part_TARGET} EXPORT utcp_websocket_${component}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${component})
  install(FILES ${part_HEADERS} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/utcp_websocket" COMPONENT ${component})
  install(EXPORT utcp_websocket_${component} NAMESPACE utcp_websocket:: DESTINATION "${package_dir}" COMPONENT ${component})
  set(name "${part_TARGET}")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${component}.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT ${component})
endfunction()

get_property(public_headers GLOBAL PROPERTY UTCP_PUBLIC_HEADERS)
utcp_install(core TARGET utcp_websocket HEADERS ${public_headers})
if(UTCP_WEBSOCKET_CLIENT)
  file(GLOB client_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bindings/native/include/utcp_websocket/*.hpp")
  utcp_install(client TARGET utcp_websocket_client HEADERS ${client_headers})
endif()
if(TARGET utcp_websocket_program)
  install(TARGETS utcp_websocket_program RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT program)
endif()

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/utcp_websocket-config.cmake.in"
  "${PROJECT_BINARY_DIR}/utcp_websocket-config.cmake"
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/utcp_websocket-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/utcp_websocket-config.cmake"
  "${PROJECT_BINARY_DIR}/utcp_websocket-config-version.cmake"
  DESTINATION "${package_dir}" COMPONENT core)

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

# One Debian package a component; static libraries with their headers are named as Debian names them.
set(CPACK_PACKAGE_NAME "utcp-websocket")
set(CPACK_PACKAGE_VENDOR "utcp-websocket")
set(CPACK_PACKAGE_CONTACT "The utcp-websocket maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_CORE_PACKAGE_NAME libutcp-websocket-dev)
set(CPACK_DEBIAN_CLIENT_PACKAGE_NAME libutcp-websocket-client-dev)
set(CPACK_DEBIAN_CLIENT_PACKAGE_DEPENDS
  "libutcp-websocket-dev (= ${PROJECT_VERSION}), libboost1.81-dev | libboost-dev (>= 1.81), libssl-dev, nlohmann-json3-dev")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME utcp-websocket)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENTS_ALL core)
if(UTCP_WEBSOCKET_CLIENT)
  list(APPEND CPACK_COMPONENTS_ALL client)
endif()
if(TARGET utcp_websocket_program)
  list(APPEND CPACK_COMPONENTS_ALL program)
endif()
include(CPack)
