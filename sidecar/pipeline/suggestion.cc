// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/suggestion.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sidecar/rules/vocabulary.h"

namespace waypost::pipeline {
namespace {

// In single quotes YAML knows no escapes but the doubled quote, so CEL's stay as they are.
std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

}  // namespace

std::string SuggestTouchpoint(const v1::UnmappedEvents& events, const rules::RuleSet& rules) {
  const std::string& type = rules::EventTypeName(events.type());
  const std::string& what = events.signal().empty() ? type : events.signal();
  std::string yaml = absl::StrCat("- id: ", absl::StrReplaceAll(what, {{"_", "-"}}), "\n");
  if (!rules.stages.empty()) {
    absl::StrAppend(&yaml, "  stage: ", rules.stages.front().id, "  # choose\n");
  }
  absl::StrAppend(&yaml, "  kind: touchpoint\n");
  if (!events.channel().empty()) {
    absl::StrAppend(&yaml, "  channel: ", Quoted(events.channel()), "\n");
  }
  if (!rules.owners.empty()) {
    absl::StrAppend(&yaml, "  owner: ", rules.owners.front().id, "  # choose\n");
  }
  absl::StrAppend(&yaml, "  on: ", type, "\n");
  if (!events.signal().empty()) {
    const std::string condition =
        absl::StrCat("event.signal == \"", absl::Utf8SafeCEscape(events.signal()), "\"");
    absl::StrAppend(&yaml, "  if: ", Quoted(condition), "\n");
  }
  return yaml;
}

}  // namespace waypost::pipeline
