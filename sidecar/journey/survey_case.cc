// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_case.h"

#include "sidecar/base/hash.h"

namespace waypost::journey {

double SamplePoint(const SurveyCase& asked, const Situation& situation) {
  const rules::RuleSet& rules = situation.rules();
  const std::string& key = rules.surveys.sample_key;
  uint64_t hash = StableHash(key.empty() ? rules.name : key);
  hash = StableHashCombine(hash, situation.journey().tenant());
  hash = StableHashCombine(hash, situation.journey().id());
  hash = StableHashCombine(hash, std::to_string(asked.closure));
  return static_cast<double>(hash >> 11) / static_cast<double>(uint64_t{1} << 53);
}

bool AsksRequester(const std::string& recipient, const Situation& situation) {
  return recipient == situation.person_id() || recipient == situation.record().person.person_id();
}

}  // namespace waypost::journey
