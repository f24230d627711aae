// SPDX-License-Identifier: Apache-2.0
// Structured log lines on standard error.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace waypost {

enum class LogFormat { kText, kJson };
enum class LogLevel { kInfo, kWarning, kError };

// A named value of a line. Ids of events, journeys, tickets and rules may be logged; names, e-mail
// addresses, subjects and whatever people wrote must not.
struct LogField {
  std::string_view name;
  std::string value;
};

// Sets what is written from now on. Default: text, from kInfo.
//   text: 2026-05-04T10:00:00.000Z info  Message field=value other="two words"
//   JSON: {"time":"2026-05-04T10:00:00.000Z","level":"info","message":"Message","field":"value"}
void ConfigureLogging(LogFormat format, LogLevel level);

// Write one line. Thread-safe; never fail.
void LogInfo(std::string_view message, std::initializer_list<LogField> fields = {});
void LogWarning(std::string_view message, std::initializer_list<LogField> fields = {});
void LogError(std::string_view message, std::initializer_list<LogField> fields = {});

// The part of a line after time and level, as ConfigureLogging describes it.
[[nodiscard]] std::string FormatLogText(std::string_view message,
                                        std::initializer_list<LogField> fields);
[[nodiscard]] std::string FormatLogJson(std::string_view message,
                                        std::initializer_list<LogField> fields);

}  // namespace waypost
