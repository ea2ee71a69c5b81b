# How everything is compiled: language, warnings, hardening, sanitizers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Any room may end up inside the PKCS#11 module, a guest in a stranger's process.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
include(CheckPIESupported)
check_pie_supported()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

find_program(AZEKURA_CCACHE ccache)
if(AZEKURA_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${AZEKURA_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${AZEKURA_CCACHE}")
endif()

# Linked by every target of the project; never seen by what is found outside of it.
add_library(azekura_compile INTERFACE)
add_library(azekura::compile ALIAS azekura_compile)

target_compile_options(azekura_compile INTERFACE
  -Wall -Wextra -Wpedantic
  -Wshadow -Wconversion -Wno-sign-conversion -Wformat=2 -Wimplicit-fallthrough
  -Wcast-align -Wundef -Wvla
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
  $<$<COMPILE_LANGUAGE:CXX>:-Wextra-semi>
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wduplicated-cond>
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wlogical-op>
  # GCC 12 sees overlapping copies in every std::string concatenation (GCC bug 105329).
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
  # {.field = x} leaves the other fields at their documented defaults, on purpose.
  -Wno-missing-field-initializers)
if(AZEKURA_WERROR)
  target_compile_options(azekura_compile INTERFACE -Werror)
  if(AZEKURA_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Flow analysis is not reliable in instrumented code.
    target_compile_options(azekura_compile INTERFACE
      -Wno-error=maybe-uninitialized -Wno-error=array-bounds -Wno-error=stringop-overflow
      -Wno-error=stringop-overread -Wno-error=free-nonheap-object)
  endif()
endif()

target_compile_definitions(azekura_compile INTERFACE _GLIBCXX_ASSERTIONS)
target_compile_options(azekura_compile INTERFACE
  -fstack-protector-strong -fno-strict-aliasing)
if(NOT AZEKURA_SANITIZE)
  target_compile_options(azekura_compile INTERFACE
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
endif()
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_compile_options(azekura_compile INTERFACE -fstack-clash-protection -fcf-protection)
endif()
target_link_options(azekura_compile INTERFACE
  -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
target_link_libraries(azekura_compile INTERFACE Threads::Threads)

# azekura_version.h
configure_file("${CMAKE_CURRENT_LIST_DIR}/azekura_version.h.in"
  "${CMAKE_BINARY_DIR}/generated/azekura_version.h" @ONLY)
target_include_directories(azekura_compile INTERFACE "${CMAKE_BINARY_DIR}/generated")

if(AZEKURA_SANITIZE)
  add_compile_options(-fsanitize=${AZEKURA_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${AZEKURA_SANITIZE})
  if(AZEKURA_SANITIZE MATCHES "address")
    # What both sanitizers add takes the optimiser twice as long at -O2, for tests that take seconds.
    add_compile_options(-O1)
  endif()
  if(AZEKURA_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(AZEKURA_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "AZEKURA_FUZZ needs clang: use the preset `fuzz`")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
