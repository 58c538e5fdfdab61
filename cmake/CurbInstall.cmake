# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# Installs curb::curb (as BUILD_SHARED_LIBS says), curb::rules and curb::kernels: headers, library,
# the package that find_package(curb CONFIG) finds, and curb.pc. The component is "curb".
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

target_include_directories(curb_rules INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

get_target_property(_curb_library curb::curb ALIASED_TARGET)
install(TARGETS ${_curb_library} curb_rules curb_kernel_headers EXPORT curb_targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT curb
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT curb)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/curb ${CURB_KERNEL_HEADER_DIR}/curb
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT curb)

set(_curb_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/curb)
install(EXPORT curb_targets
  NAMESPACE curb:: FILE curbTargets.cmake DESTINATION ${_curb_package_dir} COMPONENT curb)
if(BUILD_SHARED_LIBS)
  set(CURB_IS_STATIC FALSE)
else()
  set(CURB_IS_STATIC TRUE)
endif()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/curbConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/curbConfig.cmake INSTALL_DESTINATION ${_curb_package_dir})
# While the major version is 0, a minor one may change anything.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/curbConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/curbConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/curbConfigVersion.cmake
  DESTINATION ${_curb_package_dir} COMPONENT curb)

# pkg-config. A static archive names nothing itself, so then all of it is in Libs.
set(CURB_PC_LIBRARIES "")
if(NOT BUILD_SHARED_LIBS)
  set(_curb_libraries ${CMAKE_CXX_IMPLICIT_LINK_LIBRARIES} ${OpenMP_CXX_LIB_NAMES})
  list(FILTER _curb_libraries EXCLUDE REGEX "^(c|gcc|gcc_s)$")
  list(REMOVE_DUPLICATES _curb_libraries)
  list(TRANSFORM _curb_libraries PREPEND " -l")
  list(JOIN _curb_libraries "" CURB_PC_LIBRARIES)
  if(CURB_HAVE_CUDA)
    string(APPEND CURB_PC_LIBRARIES " -L${CUDAToolkit_LIBRARY_DIR} -lcudart_static -ldl -lrt")
  endif()
endif()
cmake_path(APPEND CURB_PC_LIBDIR "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
cmake_path(APPEND CURB_PC_INCLUDEDIR "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/curb.pc.in ${CMAKE_CURRENT_BINARY_DIR}/curb.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/curb.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT curb)
