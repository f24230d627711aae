// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sidecar/cli/output.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::cli {

// Writes a decision for people to `output.out()`: what the event was, where the journey stands for
// each role, then alerts, updates, surveys and the rules' annotations, each line after `indent`.
void PrintEnrichment(const v1::Enrichment& enrichment, const Output& output,
                     std::string_view indent);

// A survey for people: "csat not sent: MERGED, The ticket was merged ... [satisfaction]".
[[nodiscard]] std::string SurveyText(const v1::SurveyDecision& survey);

// `message` as JSON with proto field names in lowerCamelCase; over several lines when `pretty`.
[[nodiscard]] std::string MessageJson(const google::protobuf::Message& message, bool pretty);

}  // namespace waypost::cli
