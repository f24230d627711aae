// SPDX-License-Identifier: Apache-2.0
// A survey that is thought of: whom it would ask, about which closure, when.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"

namespace waypost::journey {

struct SurveyCase {
  const rules::Rule* rule = nullptr;  // has a survey
  // When its ticket was closed, first if several times in a row, in microseconds since 1970-01-01
  // UTC; 0: it was open.
  int64_t closed_at = 0;
  // How often the journey had come back by then: each closure is a case of its own.
  int closure = 0;
  absl::Time planned_at;  // when the person was to be asked
  // When they would be: later than planned in their quiet hours and where nobody looked in time.
  absl::Time ask_at;
  bool scheduled = false;  // it waited for that time
  std::string recipient;   // empty: there is nobody to ask
  double probability = 1;  // that a case like this is asked
  std::string touchpoint_id;
  std::string owner_id;
};

// Where the case stands among all cases of its rule set, 0 to 1 (excluded); the sample is those
// below their probability.
[[nodiscard]] double SamplePoint(const SurveyCase& asked, const Situation& situation);

// The survey's person is the one whose record it is.
[[nodiscard]] bool AsksRequester(const std::string& recipient, const Situation& situation);

}  // namespace waypost::journey
