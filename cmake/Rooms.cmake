# Owns the rooms of src/ and who sees whom: a room's sources find the headers of the rooms that it links, and no others, so
# that an include against the direction does not compile.
#
# A header is `PUBLIC` (installed, for users and every room below), `INTERNAL` (for rooms below, bindings and tests; not
# installed) or listed nowhere (for its own room). The first two are included as <utcp_websocket/name.hpp>, here as in
# the installed package.

# What every room is compiled with, besides its own; other files of cmake/ add to it.
add_library(utcp_core_options INTERFACE)

# utcp_room(<name> SEES <rooms>… PUBLIC <headers>… INTERNAL <headers>… SOURCES <files>…), all relative to src/<name>.
function(utcp_room name)
  cmake_parse_arguments(room "" "" "SEES;PUBLIC;INTERNAL;SOURCES" ${ARGN})
  set(folder "${PROJECT_SOURCE_DIR}/src/${name}")
  set(headers "${PROJECT_BINARY_DIR}/rooms/${name}")
  file(REMOVE_RECURSE "${headers}")
  file(MAKE_DIRECTORY "${headers}/utcp_websocket")
  foreach(header IN LISTS room_PUBLIC room_INTERNAL)
    file(CREATE_LINK "${folder}/${header}" "${headers}/utcp_websocket/${header}" COPY_ON_ERROR SYMBOLIC)
  endforeach()

  list(TRANSFORM room_SOURCES PREPEND "${folder}/")
  add_library(utcp_${name} OBJECT ${room_SOURCES})
  target_compile_features(utcp_${name} PUBLIC cxx_std_20)
  target_include_directories(utcp_${name} PUBLIC "${headers}")
  list(TRANSFORM room_SEES PREPEND utcp_)
  target_link_libraries(utcp_${name} PUBLIC ${room_SEES} utcp_core_options)
  utcp_target_options(utcp_${name})

  list(TRANSFORM room_PUBLIC PREPEND "${folder}/")
  set_property(GLOBAL APPEND PROPERTY UTCP_PUBLIC_HEADERS ${room_PUBLIC})
endfunction()

utcp_room(base
  PUBLIC error.hpp text.hpp
  INTERNAL encoding.hpp sha256.hpp
  SOURCES encoding.cpp error.cpp sha256.cpp text.cpp)

utcp_room(json
  SEES base
  PUBLIC json_pointer.hpp json_scan.hpp json_string.hpp json_text.hpp
  INTERNAL json_decimal.hpp json_scanner.hpp
  SOURCES json_decimal.cpp json_pointer.cpp json_scan.cpp json_string.cpp json_text.cpp)

utcp_room(template
  SEES json
  PUBLIC auth.hpp call_template.hpp captured.hpp connect_steps.hpp discovery.hpp frame_match.hpp manual.hpp message_template.hpp replies.hpp secrets.hpp url.hpp
  SOURCES auth.cpp call_template.cpp captured.cpp connect_steps.cpp correlation.cpp discovery.cpp field_reader.cpp frame_match.cpp framing.cpp known_fields.cpp
    manual.cpp message_compiler.cpp message_reader.cpp message_template.cpp placeholder_places.cpp placeholders.cpp replies.cpp secrets.cpp spread.cpp
    url.cpp)

utcp_room(session
  SEES template
  PUBLIC call.hpp connection.hpp credentials.hpp failure.hpp handshake.hpp oauth2.hpp session.hpp timers.hpp
  SOURCES
    call.cpp connection.cpp credentials.cpp failure.cpp handshake.cpp oauth2.cpp session.cpp session_answers.cpp session_failures.cpp session_frames.cpp session_greeting.cpp
    session_heartbeat.cpp session_leaving.cpp session_pool.cpp session_replies.cpp session_tokens.cpp timers.cpp)
