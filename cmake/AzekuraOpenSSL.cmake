# OpenSSL 3.5 or later, static: from the cache that scripts/openssl fills, or the system's own.
#
#   azekura::openssl_crypto   libcrypto.a and its headers; for the room crypto alone, PRIVATE
#   azekura::openssl_ssl      libssl.a on top of it
#   AZEKURA_OPENSSL_ROOT      the folder it came from, or "system"
#   AZEKURA_FIPS_MODULE       fips.so, if there is one

set(AZEKURA_OPENSSL_ROOT "" CACHE STRING
  "Folder with include/ and lib/ of a static OpenSSL >= 3.5, or `system`; empty: ask scripts/openssl")

# An answer of scripts/openssl is asked for again every time: the cache may have moved on.
set(root "${AZEKURA_OPENSSL_ROOT}")
if(NOT root)
  execute_process(
    COMMAND "${CMAKE_SOURCE_DIR}/scripts/openssl" --find
    OUTPUT_VARIABLE root OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "There is no OpenSSL >= 3.5 here yet. Run scripts/openssl once (minutes).")
  endif()
endif()

if(root STREQUAL "system")
  pkg_check_modules(LIBCRYPTO REQUIRED libcrypto>=3.5)
  set(include "${LIBCRYPTO_INCLUDEDIR}")
  set(lib "${LIBCRYPTO_LIBDIR}")
  set(version "${LIBCRYPTO_VERSION}")
  find_file(AZEKURA_FIPS_MODULE fips.so PATHS "${LIBCRYPTO_LIBDIR}/ossl-modules" NO_DEFAULT_PATH)
else()
  set(include "${root}/include")
  set(lib "${root}/lib")
  file(STRINGS "${include}/openssl/opensslv.h" version REGEX "define OPENSSL_VERSION_STR ")
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" version "${version}")
  set(AZEKURA_FIPS_MODULE "${lib}/ossl-modules/fips.so")
endif()
if(version VERSION_LESS 3.5)
  message(FATAL_ERROR "OpenSSL ${version} in ${root} is older than 3.5")
endif()
message(STATUS "OpenSSL ${version}: ${root}")

add_library(azekura_openssl_crypto STATIC IMPORTED GLOBAL)
add_library(azekura::openssl_crypto ALIAS azekura_openssl_crypto)
set_target_properties(azekura_openssl_crypto PROPERTIES
  IMPORTED_LOCATION "${lib}/libcrypto.a"
  INTERFACE_INCLUDE_DIRECTORIES "${include}"
  INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS};Threads::Threads")

add_library(azekura_openssl_ssl STATIC IMPORTED GLOBAL)
add_library(azekura::openssl_ssl ALIAS azekura_openssl_ssl)
set_target_properties(azekura_openssl_ssl PROPERTIES
  IMPORTED_LOCATION "${lib}/libssl.a"
  INTERFACE_INCLUDE_DIRECTORIES "${include}"
  INTERFACE_LINK_LIBRARIES azekura_openssl_crypto)

unset(root)
unset(include)
unset(lib)
unset(version)
