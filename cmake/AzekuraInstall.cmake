# What is installed where, and the Debian package out of it.

include(GNUInstallDirs)

if(TARGET azekura)
  install(TARGETS azekura RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(TARGET azekura-hsmd)
  install(TARGETS azekura-hsmd RUNTIME DESTINATION "${CMAKE_INSTALL_SBINDIR}")
  install(FILES packaging/systemd/azekura-hsmd.service DESTINATION lib/systemd/system)
  install(FILES packaging/systemd/azekura.sysusers DESTINATION lib/sysusers.d RENAME azekura.conf)
  install(FILES packaging/systemd/azekura.tmpfiles DESTINATION lib/tmpfiles.d RENAME azekura.conf)
endif()
if(TARGET azekura-pkcs11)
  install(TARGETS azekura-pkcs11
    LIBRARY DESTINATION "lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkcs11")
  install(FILES packaging/p11-kit/azekura.module DESTINATION share/p11-kit/modules)
endif()

file(GLOB manuals CONFIGURE_DEPENDS docs/man/*.[1-8])
find_program(AZEKURA_GZIP gzip REQUIRED)
set(packed "")
foreach(manual IN LISTS manuals)
  get_filename_component(name "${manual}" NAME)
  string(REGEX REPLACE ".*\\.([1-8])$" "\\1" section "${name}")
  set(out "${CMAKE_BINARY_DIR}/man/${name}.gz")
  add_custom_command(OUTPUT "${out}" DEPENDS "${manual}"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${CMAKE_BINARY_DIR}/man"
    COMMAND "${AZEKURA_GZIP}" -9nc "${manual}" > "${out}" VERBATIM)
  list(APPEND packed "${out}")
  install(FILES "${out}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}")
endforeach()
add_custom_target(azekura_man ALL DEPENDS ${packed})

# The licences of what is linked into the programs come from the packages that it was taken from.
set(doc share/doc/azekura)
install(FILES LICENSE DESTINATION "${doc}" RENAME copyright)
install(FILES CHANGELOG.md SECURITY.md DESTINATION "${doc}")
foreach(package openssl libfmt-dev libexpected-dev libcli11-dev libspdlog-dev libtomlplusplus-dev)
  install(FILES "/usr/share/doc/${package}/copyright" DESTINATION "${doc}/licences"
    RENAME "${package}" OPTIONAL)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME azekura)
set(CPACK_PACKAGE_VENDOR Azekura)
set(CPACK_PACKAGE_CONTACT "Azekura <azekura@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "keys that are made and used inside and can never leave")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A self-hosted trust platform. This package has its HSM: a daemon that holds
keys, a PKCS#11 module through which applications use them, and a
command-line tool that manages them and seals files.")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "opensc, p11-kit, libengine-pkcs11-openssl")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${CMAKE_SOURCE_DIR}/packaging/debian/postinst"
  "${CMAKE_SOURCE_DIR}/packaging/debian/prerm"
  "${CMAKE_SOURCE_DIR}/packaging/debian/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
