// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/logging.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

#include "absl/strings/ascii.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace waypost {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

struct Output {
  spdlog::logger logger{"waypost", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  std::atomic<LogFormat> format{LogFormat::kText};

  void SetPattern(const char* pattern) {
    logger.set_formatter(
        std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  }

  Output() { SetPattern(kTextPattern); }
};

// Never destroyed: other static objects may log while the process ends.
Output& TheOutput() {
  static Output* const output = new Output;
  return *output;
}

void AppendQuoted(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (c == '\n') {
      out->append("\\n");
    } else if (absl::ascii_iscntrl(c)) {
      const auto byte = static_cast<unsigned char>(c);
      out->append("\\u00");
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

bool NeedsQuotes(std::string_view value) {
  return value.empty() || std::any_of(value.begin(), value.end(), [](char c) {
           return c == '"' || c == '=' || c == ' ' || absl::ascii_iscntrl(c);
         });
}

void Write(spdlog::level::level_enum level, std::string_view message,
           std::initializer_list<LogField> fields) {
  Output& output = TheOutput();
  if (!output.logger.should_log(level)) return;
  const std::string line = output.format == LogFormat::kJson ? FormatLogJson(message, fields)
                                                             : FormatLogText(message, fields);
  output.logger.log(level, spdlog::string_view_t(line.data(), line.size()));
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

std::string FormatLogText(std::string_view message, std::initializer_list<LogField> fields) {
  std::string line(message);
  for (const LogField& field : fields) {
    line.append(" ").append(field.name).append("=");
    if (NeedsQuotes(field.value)) {
      AppendQuoted(field.value, &line);
    } else {
      line.append(field.value);
    }
  }
  return line;
}

std::string FormatLogJson(std::string_view message, std::initializer_list<LogField> fields) {
  std::string line = "\"message\":";
  AppendQuoted(message, &line);
  for (const LogField& field : fields) {
    line.push_back(',');
    AppendQuoted(field.name, &line);
    line.push_back(':');
    AppendQuoted(field.value, &line);
  }
  return line;
}

void ConfigureLogging(LogFormat format, LogLevel level) {
  Output& output = TheOutput();
  output.format = format;
  output.SetPattern(format == LogFormat::kJson ? kJsonPattern : kTextPattern);
  output.logger.set_level(ToSpdlog(level));
}

void LogInfo(std::string_view message, std::initializer_list<LogField> fields) {
  Write(spdlog::level::info, message, fields);
}
void LogWarning(std::string_view message, std::initializer_list<LogField> fields) {
  Write(spdlog::level::warn, message, fields);
}
void LogError(std::string_view message, std::initializer_list<LogField> fields) {
  Write(spdlog::level::err, message, fields);
}

}  // namespace waypost
