# Owns clang-tidy over the rooms of src/: the target `tidy` runs it for each file that has changed, or with a header that has.

file(GLOB_RECURSE tidy_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.hpp")
foreach(room IN ITEMS base json template session)
  get_target_property(sources utcp_${room} SOURCES)
  foreach(source IN LISTS sources)
    get_filename_component(name "${source}" NAME)
    set(clean "${PROJECT_BINARY_DIR}/tidy/${name}.clean")
    add_custom_command(OUTPUT "${clean}"
      COMMAND clang-tidy-14 -p "${PROJECT_BINARY_DIR}" --quiet "${source}"
      COMMAND "${CMAKE_COMMAND}" -E touch "${clean}"
      DEPENDS "${source}" ${tidy_headers} "${PROJECT_SOURCE_DIR}/.clang-tidy"
      COMMENT "clang-tidy ${source}" VERBATIM)
    list(APPEND all_clean "${clean}")
  endforeach()
endforeach()
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/tidy")
add_custom_target(tidy DEPENDS ${all_clean})
