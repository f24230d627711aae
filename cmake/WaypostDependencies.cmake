# SPDX-License-Identifier: Apache-2.0
# Every library comes from a Debian 12 package; sidecar/decisions/ says why each is here.
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
if(NOT WAYPOST_SANITIZE)  # the sanitizers bring allocators of their own
  find_package(mimalloc REQUIRED)
endif()
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
if(WAYPOST_BUILD_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()
