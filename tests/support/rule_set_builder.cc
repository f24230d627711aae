// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_set_builder.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "sidecar/rules/rule_index.h"
#include "sidecar/rules/vocabulary.h"

namespace waypost::testing {
namespace {

[[noreturn]] void Fail(std::string_view source, const std::vector<cel::Issue>& issues) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(source.size()), source.data());
  for (const cel::Issue& issue : issues) {
    std::fprintf(stderr, "  at byte %zu: %s\n", issue.begin, issue.message.c_str());
  }
  std::abort();
}

}  // namespace

cel::Program Condition(std::string_view source) {
  std::vector<cel::Issue> issues;
  std::optional<cel::Program> program =
      cel::Program::Compile(source, rules::RulesEnvironment(), cel::TypeKind::kBool, &issues);
  if (!program.has_value()) {
    Fail(source, issues);
  }
  return *std::move(program);
}

cel::Template Text(std::string_view source) {
  std::vector<cel::Issue> issues;
  std::optional<cel::Template> text =
      cel::Template::Compile(source, rules::RulesEnvironment(), &issues);
  if (!text.has_value()) {
    Fail(source, issues);
  }
  return *std::move(text);
}

rules::LocalizedTemplate Texts(
    std::initializer_list<std::pair<std::string_view, std::string_view>> texts) {
  rules::LocalizedTemplate result;
  for (const auto& [language, text] : texts) {
    result.entries.push_back({std::string(language), Text(text)});
  }
  return result;
}

rules::EventTypes On(std::initializer_list<v1::EventType> types) {
  rules::EventTypes result;
  for (const v1::EventType type : types) {
    result.Add(type);
  }
  return result;
}

std::vector<rules::Stage> DefaultStages() {
  return {{"explore", {}}, {"engage", {}},    {"offer", {}},  {"agree", {}},
          {"onboard", {}}, {"co_create", {}}, {"realize", {}}};
}

std::shared_ptr<const rules::RuleSet> Freeze(rules::RuleSet rule_set) {
  auto frozen = std::make_shared<rules::RuleSet>(std::move(rule_set));
  frozen->index = rules::BuildIndex(*frozen);
  return frozen;
}

}  // namespace waypost::testing
