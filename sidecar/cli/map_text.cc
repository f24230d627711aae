// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/map_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/table.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

std::string ChannelName(const std::string& channel) { return channel.empty() ? "-" : channel; }

// Mermaid takes ":" as the end of a task's name and "," between its actors.
std::string MermaidText(const std::string& text) {
  return Printable(
      absl::StrReplaceAll(text, {{":", " "}, {",", " "}, {";", " "}, {"#", " "}, {"\n", " "}}));
}

int Score(const v1::MapTouchpoint& touchpoint) {
  double emotion = 0;
  if (touchpoint.has_emotion_said()) {
    emotion = touchpoint.emotion_said();
  } else if (touchpoint.has_emotion_inferred()) {
    emotion = touchpoint.emotion_inferred();
  }
  return std::clamp(static_cast<int>(std::lround(emotion)) + 3, 1, 5);
}

}  // namespace

std::string EmotionNumber(double emotion) {
  const std::string number = absl::StrFormat("%+.1f", emotion);
  return number == "+0.0" || number == "-0.0" ? "0.0" : number;
}

std::string EmotionText(const v1::MapTouchpoint& touchpoint) {
  std::string text;
  if (touchpoint.has_emotion_said()) {
    absl::StrAppend(&text, EmotionNumber(touchpoint.emotion_said()), " said");
  }
  if (touchpoint.has_emotion_inferred()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", EmotionNumber(touchpoint.emotion_inferred()),
                    " inferred");
  }
  return text;
}

void PrintMapText(const v1::GetJourneyMapResponse& map, const MapTitle& title, std::ostream& out) {
  out << Printable(title.name) << ": the " << title.role << "'s journey map, "
      << Counted(map.journeys(), "journey") << '\n';
  for (const std::string& stage : map.stages()) {
    Table table(
        {{""}, {""}, {""}, {""}, {"", Table::Align::kRight}, {"", Table::Align::kRight}, {""}});
    for (const v1::MapCell& cell : map.cells()) {
      if (cell.stage() != stage) {
        continue;
      }
      for (const v1::MapTouchpoint& touchpoint : cell.touchpoints()) {
        table.AddRow({ChannelName(cell.channel()), touchpoint.touchpoint_id(),
                      TouchpointKindName(touchpoint.kind()),
                      touchpoint.owner_id().empty() ? "no owner" : touchpoint.owner_id(),
                      absl::StrCat(WithThousands(touchpoint.passed()), "x"),
                      Counted(touchpoint.journeys(), "journey"), EmotionText(touchpoint)});
      }
    }
    out << '\n' << Printable(stage) << '\n';
    if (table.empty()) {
      out << "  (nothing happened here)\n";
    }
    table.Print(out, "  ");
  }
}

void PrintMapMermaid(const v1::GetJourneyMapResponse& map, const MapTitle& title,
                     std::ostream& out) {
  out << "journey\n  title " << MermaidText(title.name) << " (" << MermaidText(title.role) << ")\n";
  for (const std::string& stage : map.stages()) {
    bool opened = false;
    for (const v1::MapCell& cell : map.cells()) {
      if (cell.stage() != stage) {
        continue;
      }
      for (const v1::MapTouchpoint& touchpoint : cell.touchpoints()) {
        if (!opened) {
          out << "  section " << MermaidText(stage) << '\n';
          opened = true;
        }
        const bool inferred = !touchpoint.has_emotion_said() && touchpoint.has_emotion_inferred();
        out << "    " << MermaidText(touchpoint.touchpoint_id())
            << (cell.channel().empty() ? "" : absl::StrCat(" by ", MermaidText(cell.channel())))
            << " " << touchpoint.passed() << "x" << (inferred ? " (inferred)" : "") << ": "
            << Score(touchpoint) << ": "
            << MermaidText(touchpoint.owner_id().empty() ? "no owner" : touchpoint.owner_id())
            << '\n';
      }
    }
  }
}

}  // namespace waypost::cli
