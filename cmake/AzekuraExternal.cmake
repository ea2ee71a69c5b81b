# What comes from Debian, each as one target. A header of these stays behind the rooms that
# tests/house/includes_test.py names for it.

find_package(fmt 9 REQUIRED)              # azekura::fmt, see below
find_package(tl-expected REQUIRED)        # tl::expected
find_package(spdlog REQUIRED)             # spdlog::spdlog
find_package(CLI11 REQUIRED)              # CLI11::CLI11
find_package(SQLite3 3.40 REQUIRED)       # SQLite::SQLite3
find_package(PkgConfig REQUIRED)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)

# fmt without a shared library, for every room. Its parts are known for version 9; a later one is
# compiled into each file, which takes longer and gives the same.
if(fmt_VERSION VERSION_LESS 10)
  add_library(azekura_fmt STATIC "${CMAKE_CURRENT_LIST_DIR}/fmt_static.cc")
  get_target_property(include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(azekura_fmt SYSTEM PUBLIC "${include}")
  unset(include)
else()
  add_library(azekura_fmt INTERFACE)
  target_link_libraries(azekura_fmt INTERFACE fmt::fmt-header-only)
endif()
add_library(azekura::fmt ALIAS azekura_fmt)

add_library(azekura_seccomp INTERFACE)
add_library(azekura::seccomp ALIAS azekura_seccomp)
target_link_libraries(azekura_seccomp INTERFACE PkgConfig::SECCOMP)

# The compiled toml++, so that no file of ours pays for its templates.
add_library(azekura_tomlplusplus INTERFACE)
add_library(azekura::tomlplusplus ALIAS azekura_tomlplusplus)
target_link_libraries(azekura_tomlplusplus INTERFACE PkgConfig::TOMLPLUSPLUS)
target_compile_definitions(azekura_tomlplusplus INTERFACE TOML_HEADER_ONLY=0)

# What the scanner reads with.
foreach(library simdjson pugixml libarchive libzstd libcurl re2)
  pkg_check_modules(${library} REQUIRED IMPORTED_TARGET ${library})
  add_library(azekura_${library} INTERFACE)
  add_library(azekura::${library} ALIAS azekura_${library})
  target_link_libraries(azekura_${library} INTERFACE PkgConfig::${library})
endforeach()
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
add_library(azekura_libyaml INTERFACE)
add_library(azekura::libyaml ALIAS azekura_libyaml)
target_link_libraries(azekura_libyaml INTERFACE PkgConfig::yaml)

if(AZEKURA_TESTS)
  find_package(GTest REQUIRED)            # GTest::gmock, GTest::gmock_main
  # Debian's, whatever else a person has in front of it on PATH.
  if(NOT Python3_EXECUTABLE AND EXISTS "/usr/bin/python3")
    set(Python3_EXECUTABLE "/usr/bin/python3")
  endif()
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
endif()
if(AZEKURA_BENCH)
  find_package(benchmark REQUIRED)        # benchmark::benchmark
endif()
