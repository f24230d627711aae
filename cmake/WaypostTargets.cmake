# SPDX-License-Identifier: Apache-2.0
# One static library per directory with explicit link lines; warnings are errors everywhere.

add_library(waypost_options INTERFACE)
target_include_directories(waypost_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(waypost_options INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(waypost_options INTERFACE -Wthread-safety)
endif()
if(WAYPOST_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(WAYPOST_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(WAYPOST_SANITIZE)
  message(FATAL_ERROR "WAYPOST_SANITIZE is '${WAYPOST_SANITIZE}'; use address, thread or nothing")
endif()

# waypost_library(NAME sources... DEPS targets...): the library of the current directory.
function(waypost_library name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE waypost_options)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# waypost_test(NAME sources... DEPS targets...): one GoogleTest executable, one ctest entry.
function(waypost_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} waypost_options GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE WAYPOST_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()
