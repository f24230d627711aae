# SPDX-License-Identifier: Apache-2.0
# waypost_npm(NAME): the npm packages that the current directory's package-lock.json pins, installed by
# the ctest entry npm_NAME when a test that requires the fixture of that name runs. The install is
# shared by all presets; WAYPOST_NPM_NAME is set to its node_modules. For tests only: nothing of it
# is built into the product.
function(waypost_npm name)
  set(destination ${CMAKE_SOURCE_DIR}/build/npm/${name})
  add_test(NAME npm_${name}
    COMMAND ${CMAKE_SOURCE_DIR}/cmake/npm_install.sh ${CMAKE_CURRENT_SOURCE_DIR} ${destination})
  set_tests_properties(npm_${name} PROPERTIES FIXTURES_SETUP npm_${name} TIMEOUT 600)
  string(TOUPPER ${name} upper)
  set(WAYPOST_NPM_${upper} ${destination}/node_modules PARENT_SCOPE)
endfunction()
