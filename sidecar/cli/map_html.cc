// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "absl/strings/str_format.h"
#include "sidecar/cli/map_text.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/table.h"
#include "sidecar/text/markup.h"

namespace waypost::cli {
namespace {

// "%s" is the title.
constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --good: #1a7f4b; --bad: #c2361f; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .2rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .3rem; }
p { margin: .2rem 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .5rem; vertical-align: top; text-align: left; }
thead th { background: var(--soft); }
.map td { min-width: 11rem; }
.map tbody th { position: sticky; left: 0; background: Canvas; }
.touchpoint { border-left: .25rem solid var(--line); padding-left: .5rem; margin-bottom: .6rem; }
.service-interaction { border-left-style: double; border-left-width: .45rem; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.fact { font-size: .85rem; }
.no-owner { color: var(--bad); font-weight: 600; }
.said, .inferred { display: inline-block; font-size: .8rem; border-radius: 1rem; padding: 0 .5rem; }
.said { border: 2px solid currentColor; font-weight: 600; }
.inferred { border: 1px dashed currentColor; font-style: italic; }
.good { color: var(--good); }
.bad { color: var(--bad); }
@media (max-width: 40rem) {
  .map thead { display: none; }
  .map, .map tbody, .map tr, .map th, .map td { display: block; border: 0; }
  .map tr { margin-bottom: 1rem; }
  .map td { min-width: 0; padding: .2rem .5rem; }
  .map td:empty { display: none; }
  .map td:not(:empty)::before { content: attr(data-stage); font-weight: 600; }
}
</style>
</head>
<body>
)";

std::string Emotion(const char* basis, double value) {
  const char* mood = value > 0.25 ? " good" : value < -0.25 ? " bad" : "";
  return absl::StrFormat("<span class=\"%s%s\">%s %s</span> ", basis, mood, EmotionNumber(value),
                         basis);
}

void PrintTouchpoint(const v1::MapTouchpoint& touchpoint, std::ostream& out) {
  const bool interaction = touchpoint.kind() == v1::TOUCHPOINT_KIND_SERVICE_INTERACTION;
  out << "<div class=\"touchpoint" << (interaction ? " service-interaction" : "") << "\">"
      << "<div class=\"name\">" << EscapeMarkup(touchpoint.touchpoint_id()) << "</div>"
      << "<div class=\"fact\">" << TouchpointKindName(touchpoint.kind()) << " · "
      << (touchpoint.owner_id().empty() ? "<span class=\"no-owner\">no owner</span>"
                                        : EscapeMarkup(touchpoint.owner_id()))
      << "</div><div class=\"fact\">" << Counted(touchpoint.passed(), "time") << " in "
      << Counted(touchpoint.journeys(), "journey") << "</div>";
  if (touchpoint.has_emotion_said()) {
    out << Emotion("said", touchpoint.emotion_said());
  }
  if (touchpoint.has_emotion_inferred()) {
    out << Emotion("inferred", touchpoint.emotion_inferred());
  }
  out << "</div>";
}

void PrintCell(const v1::GetJourneyMapResponse& map, const std::string& stage,
               const std::string& channel, std::ostream& out) {
  out << "<td data-stage=\"" << EscapeMarkup(stage) << "\">";
  for (const v1::MapCell& cell : map.cells()) {
    if (cell.stage() == stage && cell.channel() == channel) {
      for (const v1::MapTouchpoint& touchpoint : cell.touchpoints()) {
        PrintTouchpoint(touchpoint, out);
      }
    }
  }
  out << "</td>";
}

void PrintMap(const v1::GetJourneyMapResponse& map, std::ostream& out) {
  out << "<div class=\"scroll\"><table class=\"map\"><thead><tr><th>Channel</th>";
  for (const std::string& stage : map.stages()) {
    out << "<th>" << EscapeMarkup(stage) << "</th>";
  }
  out << "</tr></thead>\n<tbody>\n";
  for (const std::string& channel : map.channels()) {
    out << "<tr><th>" << (channel.empty() ? "not told" : EscapeMarkup(channel)) << "</th>";
    for (const std::string& stage : map.stages()) {
      PrintCell(map, stage, channel, out);
    }
    out << "</tr>\n";
  }
  out << "</tbody></table></div>\n";
}

std::string GapSentence(v1::GapKind kind) {
  switch (kind) {
    case v1::GAP_KIND_SKIPPED:
      return "skipped";
    case v1::GAP_KIND_REPEATED:
      return "repeated";
    default:
      return "not on the ideal path";
  }
}

void PrintGaps(const v1::GetJourneyMapResponse& map, std::ostream& out) {
  if (map.gaps().empty()) {
    return;
  }
  out << "<h2>Departures from the ideal path</h2>\n<div class=\"scroll\"><table><thead><tr>"
         "<th>Touchpoint</th><th>What</th><th>Owner</th><th>Journeys</th></tr></thead><tbody>\n";
  for (const v1::MapGap& gap : map.gaps()) {
    out << "<tr><td>" << EscapeMarkup(gap.gap().step()) << "</td><td>"
        << GapSentence(gap.gap().kind()) << "</td><td>" << EscapeMarkup(gap.gap().owner_id())
        << "</td><td>" << WithThousands(gap.journeys()) << "</td></tr>\n";
  }
  out << "</tbody></table></div>\n";
}

}  // namespace

void PrintMapHtml(const v1::GetJourneyMapResponse& map, const MapTitle& title, std::ostream& out) {
  const std::string name = EscapeMarkup(title.name);
  std::string head = kHead;
  head.replace(head.find("%s"), 2, name);
  out << head << "<h1>" << name << "</h1>\n<p>The " << EscapeMarkup(title.role) << "'s view of "
      << Counted(map.journeys(), "journey")
      << ". A double line marks a service interaction, a single one a touchpoint. "
         "<span class=\"said\">said</span> is what people told, "
         "<span class=\"inferred\">inferred</span> what the rules conclude from behaviour; both go "
         "from -2 to +2.</p>\n";
  PrintMap(map, out);
  PrintGaps(map, out);
  out << "</body>\n</html>\n";
}

}  // namespace waypost::cli
