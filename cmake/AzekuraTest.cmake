# Tests beside the rooms and across them. All of them are known to ctest, by a label each:
# unit, house, interop, faults, cli, fuzz.

include(GoogleTest)

if(AZEKURA_SANITIZE MATCHES "address")
  set(AZEKURA_SANITIZER asan)
elseif(AZEKURA_SANITIZE MATCHES "thread")
  set(AZEKURA_SANITIZER tsan)
else()
  set(AZEKURA_SANITIZER "")
endif()

# azekura_label(OUT TARGET label run-under...)
#
# In the build of a sanitizer, the tests that ask for it by RUN_UNDER have the label `sanitized` in
# place of their own, and their programs belong to the target azekura_sanitized: scripts/test builds
# and runs these only, because a second and third build of everything would take too long.
function(azekura_label OUT TARGET LABEL)
  set(${OUT} "${LABEL}" PARENT_SCOPE)
  if(AZEKURA_SANITIZER AND AZEKURA_SANITIZER IN_LIST ARGN)
    set(${OUT} sanitized PARENT_SCOPE)
    if(NOT TARGET azekura_sanitized)
      add_custom_target(azekura_sanitized)
    endif()
    add_dependencies(azekura_sanitized ${TARGET})
  endif()
endfunction()

# azekura_discover(TARGET PREFIX label): each test of a gtest program becomes one of ctest's.
function(azekura_discover TARGET PREFIX LABEL)
  gtest_discover_tests(${TARGET}
    TEST_PREFIX "${PREFIX}/"
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 120
    PROPERTIES LABELS "${LABEL}" TIMEOUT 300)
endfunction()

# azekura_script_test(NAME LABEL label COMMAND command args... [TIMEOUT seconds] [RUN_SERIAL])
#
# A script that passes by exit status 0, and is skipped by 77 (say why on stdout). It finds in its
# environment:
#   AZEKURA_SOURCE   the root of the tree        AZEKURA_BUILD   the build folder
#   AZEKURA_BIN      the folder of azekura and azekura-hsmd, first on PATH
#   AZEKURA_MODULE   libazekura-pkcs11.so        AZEKURA_TMP     an empty folder of its own
function(azekura_script_test NAME)
  cmake_parse_arguments(PARSE_ARGV 1 test "RUN_SERIAL" "LABEL;TIMEOUT" "COMMAND")
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 300)
  endif()
  add_test(NAME "${NAME}"
    COMMAND "${CMAKE_SOURCE_DIR}/tests/run" "${CMAKE_BINARY_DIR}" ${test_COMMAND}
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  set_tests_properties("${NAME}" PROPERTIES
    LABELS "${test_LABEL}" TIMEOUT "${test_TIMEOUT}" SKIP_RETURN_CODE 77
    RUN_SERIAL "${test_RUN_SERIAL}")
endfunction()

# azekura_program_test(NAME LABEL label SOURCES file... [DEPS room...] [LIBS target...]
#   [ARGS argument...] [TIMEOUT seconds] [RUN_UNDER asan|tsan...] [NEEDS target...] [RUN_SERIAL] [GTEST])
#
# A test that crosses rooms, in C++. With GTEST each of its tests is one of ctest's, with AZEKURA_BUILD
# (the build folder) in its environment; without, it is run like a script (tests/run) and has main()
# itself. NEEDS are targets that it runs or loads, such
# as azekura-hsmd and azekura-pkcs11.
function(azekura_program_test NAME)
  cmake_parse_arguments(PARSE_ARGV 1 test "GTEST;RUN_SERIAL" "LABEL;TIMEOUT" "SOURCES;DEPS;LIBS;ARGS;RUN_UNDER;NEEDS")
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 300)
  endif()
  azekura_room_targets(deps ${test_DEPS})
  foreach(dep IN LISTS deps)
    if(NOT TARGET ${dep})
      message(FATAL_ERROR "the test ${NAME} depends on ${dep}, which is not there")
    endif()
  endforeach()
  add_executable(${NAME} ${test_SOURCES})
  target_include_directories(${NAME} PRIVATE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${NAME} PRIVATE azekura::compile ${deps} ${test_LIBS} ${CMAKE_DL_LIBS})
  foreach(need IN LISTS test_NEEDS)
    if(TARGET ${need})
      add_dependencies(${NAME} ${need})
    endif()
  endforeach()
  azekura_label(label ${NAME} "${test_LABEL}" ${test_RUN_UNDER})
  if(test_GTEST)
    target_link_libraries(${NAME} PRIVATE GTest::gmock_main)
    gtest_discover_tests(${NAME}
      TEST_PREFIX "${test_LABEL}/"
      DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
      PROPERTIES LABELS "${label}" TIMEOUT "${test_TIMEOUT}" RUN_SERIAL "${test_RUN_SERIAL}"
        ENVIRONMENT "AZEKURA_BUILD=${CMAKE_BINARY_DIR}")
  else()
    add_test(NAME "${test_LABEL}/${NAME}"
      COMMAND "${CMAKE_SOURCE_DIR}/tests/run" "${CMAKE_BINARY_DIR}" $<TARGET_FILE:${NAME}> ${test_ARGS})
    set_tests_properties("${test_LABEL}/${NAME}" PROPERTIES
      LABELS "${label}" TIMEOUT "${test_TIMEOUT}" SKIP_RETURN_CODE 77
      RUN_SERIAL "${test_RUN_SERIAL}")
  endif()
endfunction()

# azekura_fuzz_target(NAME DEPS room...)
#
# Called in fuzz/CMakeLists.txt: fuzz/NAME_fuzz.cc has LLVMFuzzerTestOneInput, fuzz/corpus/NAME/ its inputs.
# In the preset `fuzz` it becomes the libFuzzer program fuzz_NAME; in all others a program that replays
# the corpus, and a test, under the address sanitizer too.
function(azekura_fuzz_target NAME)
  cmake_parse_arguments(PARSE_ARGV 1 fuzz "" "" "DEPS")
  azekura_room_targets(deps ${fuzz_DEPS})
  foreach(dep IN LISTS deps)
    if(NOT TARGET ${dep})
      message(FATAL_ERROR "the fuzz target ${NAME} depends on ${dep}, which is not there")
    endif()
  endforeach()
  add_executable(fuzz_${NAME} "${NAME}_fuzz.cc")
  target_include_directories(fuzz_${NAME} PRIVATE "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(fuzz_${NAME} PRIVATE azekura::compile ${deps})
  set(corpus "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${NAME}")
  if(AZEKURA_FUZZ)
    target_link_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
    add_test(NAME "fuzz/${NAME}" COMMAND fuzz_${NAME} -runs=0 "${corpus}")
  else()
    target_sources(fuzz_${NAME} PRIVATE replay.cc)
    add_test(NAME "fuzz/${NAME}" COMMAND fuzz_${NAME} "${corpus}")
  endif()
  azekura_label(label fuzz_${NAME} fuzz asan)
  set_tests_properties("fuzz/${NAME}" PROPERTIES LABELS "${label}" TIMEOUT 300)
endfunction()

# azekura_python_tests(FILE LABEL label [TIMEOUT seconds] [RUN_SERIAL])
#
# Each function `test_*` of FILE (over tests/harness/azekura_testing.py) becomes a test of ctest's.
function(azekura_python_tests FILE)
  cmake_parse_arguments(PARSE_ARGV 1 test "RUN_SERIAL" "LABEL;TIMEOUT" "")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${FILE}")
  file(STRINGS "${FILE}" lines REGEX "^def test_")
  get_filename_component(name "${FILE}" NAME_WE)
  set(serial "")
  if(test_RUN_SERIAL)
    set(serial RUN_SERIAL)
  endif()
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^def (test_[a-z0-9_]+).*" "\\1" function "${line}")
    string(REGEX REPLACE "^test_" "" sentence "${function}")
    azekura_script_test("${test_LABEL}/${name}.${sentence}" LABEL "${test_LABEL}"
      TIMEOUT "${test_TIMEOUT}" ${serial}
      COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_SOURCE_DIR}/${FILE}" "${function}")
  endforeach()
endfunction()
