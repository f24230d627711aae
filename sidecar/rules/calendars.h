// SPDX-License-Identifier: Apache-2.0
// The calendars of a rule set. Internal to the directory.
#pragma once

#include <string_view>
#include <vector>

#include "sidecar/rules/draft.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::rules {

// By its name: an iCalendar file (*.ics) rather than a rules file.
[[nodiscard]] bool IsHolidayFile(std::string_view name);

// RuleSet::calendars for the draft. Reports hours that overlap, holiday files that are not there or
// not sound, and calendars that never open; one that is wrong is as good as always open.
[[nodiscard]] std::vector<Calendar> CompileCalendars(const Draft& draft, DiagnosticSink* sink);

}  // namespace waypost::rules
