# Rooms: the folders of src/, what each is built into, and whom each may know.

# azekura_room(NAME
#   [DEPS room...]        rooms whose headers this room includes
#   [LIBS target...]      what comes from outside, seen by this room's sources only
#   [PUBLIC_LIBS target...]  the same, where this room's headers need it
#   [TEST_DEPS room...]   further rooms for the tests only
#   [TEST_LIBS target...]
#   [RUN_UNDER asan|tsan...]  the sanitizers under which scripts/test runs this room's tests as well
#   [PROGRAM file]        main.cc becomes this executable
#   [MODULE file EXPORTS map]   the room becomes the shared module lib<file>.so as well, which
#                         exports what the version script says and keeps everything else private)
#
# Called once, in the room's own CMakeLists.txt. NAME is the folder below src/, as `hsm/wire` or
# `hsm_wire`. Out of the folder come:
#   every *.cc           the static library azekura_<hsm_wire>; without any, an interface library
#   every *_test.cc      the executable <hsm_wire>_test, each test known to ctest as hsm/wire/Suite.Name
#   every *_testing.cc   part of that executable only: fakes, fixtures, builders
function(azekura_room NAME)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "PROGRAM;MODULE;EXPORTS"
    "DEPS;LIBS;PUBLIC_LIBS;TEST_DEPS;TEST_LIBS;RUN_UNDER")
  if(room_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "azekura_room(${NAME}): unknown: ${room_UNPARSED_ARGUMENTS}")
  endif()
  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}/src" "${CMAKE_CURRENT_SOURCE_DIR}")
  string(REPLACE "/" "_" name "${NAME}")
  string(REPLACE "/" "_" expected "${folder}")
  if(NOT name STREQUAL expected)
    message(FATAL_ERROR "azekura_room(${NAME}) stands in src/${folder}")
  endif()

  azekura_room_targets(deps ${room_DEPS})
  azekura_room_targets(test_deps ${room_TEST_DEPS})
  foreach(dep IN LISTS deps test_deps)
    if(NOT TARGET ${dep})
      message(FATAL_ERROR "src/${folder} depends on ${dep}, which is not above it in the list of rooms")
    endif()
  endforeach()

  file(GLOB sources CONFIGURE_DEPENDS "*.cc")
  file(GLOB headers CONFIGURE_DEPENDS "*.h")
  file(GLOB tests CONFIGURE_DEPENDS "*_test.cc" "*_testing.cc")
  set(main "${CMAKE_CURRENT_SOURCE_DIR}/main.cc")
  list(REMOVE_ITEM sources ${tests} "${main}")

  set(library azekura_${name})
  if(sources)
    add_library(${library} STATIC ${sources} ${headers})
    target_include_directories(${library} PUBLIC "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(${library}
      PUBLIC ${deps} azekura::fmt tl::expected ${room_PUBLIC_LIBS}
      PRIVATE azekura::compile ${room_LIBS})
  else()
    add_library(${library} INTERFACE)
    target_include_directories(${library} INTERFACE "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(${library}
      INTERFACE ${deps} azekura::fmt tl::expected ${room_PUBLIC_LIBS})
  endif()
  add_library(azekura::${name} ALIAS ${library})

  if(room_PROGRAM)
    add_executable(${room_PROGRAM} "${main}")
    target_link_libraries(${room_PROGRAM} PRIVATE azekura::compile ${library} ${room_LIBS})
    # Our libcrypto must not be met by a shared library that brings its own.
    target_link_options(${room_PROGRAM} PRIVATE -Wl,--exclude-libs,ALL)
  endif()
  if(room_MODULE)
    azekura_module(${room_MODULE} ${library} "${CMAKE_CURRENT_SOURCE_DIR}/${room_EXPORTS}")
  endif()

  if(AZEKURA_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE
      azekura::compile ${library} ${room_LIBS} ${test_deps} ${room_TEST_LIBS} GTest::gmock_main)
    target_compile_definitions(${name}_test PRIVATE "AZEKURA_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\"")
    azekura_label(label ${name}_test unit ${room_RUN_UNDER})
    azekura_discover(${name}_test "${folder}" "${label}")
  endif()

  set_property(GLOBAL APPEND PROPERTY AZEKURA_ROOMS "${folder}")
  set_property(GLOBAL PROPERTY AZEKURA_ROOM_DEPS_${folder} "${deps}")
  set_property(GLOBAL PROPERTY AZEKURA_ROOM_TEST_DEPS_${folder} "${test_deps}")
endfunction()

# A shared module out of a static library: whole, closed, and safe inside a stranger's process.
#   exports only what the version script names; no undefined symbol; never unmapped, so that no
#   pointer into it can dangle; the C++ runtime inside, so that the host's is not met.
function(azekura_module NAME LIBRARY EXPORTS)
  # The room's objects, not its archive: what comes out of any archive is hidden.
  add_library(${NAME} MODULE $<TARGET_OBJECTS:${LIBRARY}>)
  set_target_properties(${NAME} PROPERTIES LINKER_LANGUAGE CXX LINK_DEPENDS "${EXPORTS}")
  target_link_libraries(${NAME} PRIVATE azekura::compile ${LIBRARY})
  target_link_options(${NAME} PRIVATE
    "-Wl,--version-script=${EXPORTS}" -Wl,--exclude-libs,ALL -Wl,-z,nodelete)
  if(NOT AZEKURA_SANITIZE)
    # A sanitizer's runtime is found in the host program, and its libstdc++ with it.
    target_link_options(${NAME} PRIVATE -Wl,-z,defs -static-libstdc++ -static-libgcc)
  endif()
endfunction()

# azekura_room_targets(OUT room...)  hsm/wire or hsm_wire becomes azekura_hsm_wire
function(azekura_room_targets OUT)
  set(targets "")
  foreach(room IN LISTS ARGN)
    string(REPLACE "/" "_" room "${room}")
    list(APPEND targets "azekura_${room}")
  endforeach()
  set(${OUT} "${targets}" PARENT_SCOPE)
endfunction()

# Adds the rooms in the order given.
function(azekura_rooms)
  foreach(room IN LISTS ARGN)
    add_subdirectory("src/${room}")
  endforeach()
endfunction()

# Writes what the rooms stated into rooms.json, for the test that holds the includes against it.
function(azekura_write_rooms)
  get_property(rooms GLOBAL PROPERTY AZEKURA_ROOMS)
  set(json "{}")
  foreach(room IN LISTS rooms)
    set(entry "{}")
    foreach(kind DEPS TEST_DEPS)
      get_property(targets GLOBAL PROPERTY AZEKURA_ROOM_${kind}_${room})
      set(list "[]")
      set(count 0)
      foreach(target IN LISTS targets)
        string(REGEX REPLACE "^azekura_" "" target "${target}")
        string(JSON list SET "${list}" ${count} "\"${target}\"")
        math(EXPR count "${count} + 1")
      endforeach()
      string(TOLOWER "${kind}" key)
      string(JSON entry SET "${entry}" ${key} "${list}")
    endforeach()
    string(JSON json SET "${json}" "${room}" "${entry}")
  endforeach()
  file(WRITE "${CMAKE_BINARY_DIR}/rooms.json" "${json}\n")
endfunction()
