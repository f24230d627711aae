// SPDX-License-Identifier: Apache-2.0
// A journey map in the forms that people read.
#pragma once

#include <ostream>
#include <string>

#include "waypost/v1/insight_service.pb.h"

namespace waypost::cli {

// What stands above a map.
struct MapTitle {
  std::string name;  // of the journey definition or the file
  std::string role;  // "user"
};

// A block per stage with its touchpoints, for a terminal.
void PrintMapText(const v1::GetJourneyMapResponse& map, const MapTitle& title, std::ostream& out);

// A Mermaid user-journey diagram: a section per stage; scores 1 to 5 are emotions -2 to 2. A score
// that is only inferred is marked.
void PrintMapMermaid(const v1::GetJourneyMapResponse& map, const MapTitle& title,
                     std::ostream& out);

// One self-contained HTML page without scripts or external resources: stages as columns, channels
// as rows. All texts are escaped.
void PrintMapHtml(const v1::GetJourneyMapResponse& map, const MapTitle& title, std::ostream& out);

// "-1.3", "+0.4", "0.0".
[[nodiscard]] std::string EmotionNumber(double emotion);

// "-1.3 said, +0.4 inferred" and the like; empty when nothing is known. What is inferred always
// says so.
[[nodiscard]] std::string EmotionText(const v1::MapTouchpoint& touchpoint);

}  // namespace waypost::cli
