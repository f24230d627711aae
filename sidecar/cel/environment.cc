// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/environment.h"

#include <utility>

namespace waypost::cel {

int Environment::AddVariable(std::string name, Type type) {
  variables_.push_back({std::move(name), std::move(type)});
  return static_cast<int>(variables_.size()) - 1;
}

int Environment::Slot(std::string_view name) const {
  for (size_t slot = 0; slot < variables_.size(); ++slot) {
    if (variables_[slot].name == name) {
      return static_cast<int>(slot);
    }
  }
  return -1;
}

}  // namespace waypost::cel
