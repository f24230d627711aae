// SPDX-License-Identifier: Apache-2.0
// cel_conformance_runner VECTORS MINIMUMS [--failures]: runs the CEL conformance suite, prints what
// passed by file, and fails when less passed than must. With --failures, prints every failure.
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/cel/program.h"
#include "tests/conformance/report.h"
#include "tests/conformance/type_json.h"
#include "tests/conformance/value_json.h"
#include "tests/conformance/vector.h"

namespace waypost::cel {
namespace {

// The environment of a vector and the values of its variables, by slot.
struct Setting {
  Environment environment;
  std::vector<Value> values;
};

// Empty, or why the vector's variables cannot be made.
std::string AddDeclarations(const ConformanceVector& vector, Setting* setting) {
  const google::protobuf::Value* declarations = vector.Find("typeEnv");
  if (declarations == nullptr) {
    return "";
  }
  for (const auto& declaration : declarations->list_value().values()) {
    const auto& fields = declaration.struct_value().fields();
    const auto identifier = fields.find("ident");
    if (identifier == fields.end()) {
      return "it declares functions of its own";
    }
    const std::optional<Type> type =
        TypeFromJson(identifier->second.struct_value().fields().at("type"));
    if (!type) {
      return "it declares a variable of an unknown type";
    }
    setting->environment.AddVariable(fields.at("name").string_value(), *type);
  }
  return "";
}

std::string AddBindings(const ConformanceVector& vector, Setting* setting) {
  const google::protobuf::Value* bindings = vector.Find("bindings");
  if (bindings == nullptr) {
    return "";
  }
  for (const auto& [name, binding] : bindings->struct_value().fields()) {
    int slot = setting->environment.Slot(name);
    if (slot < 0) {
      slot = setting->environment.AddVariable(name, TypeKind::kDyn);
    }
    std::optional<Value> value = ValueFromJson(binding.struct_value().fields().at("value"));
    if (!value) {
      return "the value of " + name + " cannot be made";
    }
    setting->values.resize(setting->environment.variables().size());
    setting->values[static_cast<size_t>(slot)] = *std::move(value);
  }
  return "";
}

std::string CheckType(const Program& program, const google::protobuf::Value& expected) {
  const std::optional<Type> type = TypeFromJson(expected);
  if (type && *type == program.result_type()) {
    return "";
  }
  return "the type is " + program.result_type().ToString() + ", not " +
         (type ? type->ToString() : "what is expected");
}

std::string CheckValue(const Value& value, const google::protobuf::Value& expected) {
  const std::optional<Value> wanted = ValueFromJson(expected);
  if (wanted && Identical(value, *wanted)) {
    return "";
  }
  return "gives " + value.ToDisplayString() + ", not " +
         (wanted ? wanted->ToDisplayString() : "what is expected");
}

std::string CheckResult(const ConformanceVector& vector, const Value& value) {
  if (vector.Find("evalError") != nullptr) {
    return value.is_error() ? "" : "gives " + value.ToDisplayString() + ", not an error";
  }
  const google::protobuf::Value* expected = vector.Find("value");
  if (const google::protobuf::Value* typed = vector.Find("typedResult")) {
    expected = &typed->struct_value().fields().at("result");
  }
  if (expected != nullptr) {
    return CheckValue(value, *expected);
  }
  const bool holds = value.kind() == ValueKind::kBool && value.AsBool();
  return holds ? "" : "gives " + value.ToDisplayString() + ", not true";
}

// Empty when the vector passes; else why not.
std::string Run(const ConformanceVector& vector) {
  Setting setting;
  setting.environment.SetContainer(vector.Text("container"));
  setting.environment.SetCheckLiterals(false);
  std::string problem = AddDeclarations(vector, &setting);
  if (problem.empty()) {
    problem = AddBindings(vector, &setting);
  }
  if (!problem.empty()) {
    return problem;
  }
  const std::string source = vector.Text("expr");
  std::vector<Issue> issues;
  const std::optional<Program> program =
      vector.Flag("disableCheck")
          ? Program::CompileUnchecked(source, setting.environment, &issues)
          : Program::Compile(source, setting.environment, TypeKind::kDyn, &issues);
  if (!program) {
    return "does not compile: " + issues.front().message;
  }
  if (const google::protobuf::Value* typed = vector.Find("typedResult")) {
    problem = CheckType(*program, typed->struct_value().fields().at("deducedType"));
    if (!problem.empty() || vector.Flag("checkOnly")) {
      return problem;
    }
  }
  return CheckResult(vector, program->Evaluate(setting.values));
}

void Record(const ConformanceVector& vector, Results* results) {
  FileResult& result = (*results)[vector.file];
  if (vector.needs_messages && !IsRequired(vector.file)) {
    ++result.not_applicable;
    return;
  }
  const std::string problem = Run(vector);
  if (problem.empty()) {
    ++result.passed;
  } else {
    result.failures.push_back(vector.Name() + ": " + vector.Text("expr") + " " + problem);
  }
}

int Main(const std::string& vectors, const std::string& minimums_path, bool show_failures) {
  std::map<std::string, int> minimums;
  if (const absl::Status status = ReadMinimums(minimums_path, &minimums); !status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  Results results;
  std::ifstream file(vectors);
  std::string line;
  while (std::getline(file, line)) {
    const absl::StatusOr<ConformanceVector> vector = ParseVector(line);
    if (!vector.ok()) {
      std::fprintf(stderr, "%s\n", vector.status().ToString().c_str());
      return 1;
    }
    Record(*vector, &results);
  }
  if (show_failures) {
    for (const auto& [name, result] : results) {
      for (const std::string& failure : result.failures) {
        std::printf("%s %s\n", name.c_str(), failure.c_str());
      }
    }
  }
  return PrintReport(results, minimums) ? 0 : 1;
}

}  // namespace
}  // namespace waypost::cel

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s VECTORS MINIMUMS [--failures]\n", argv[0]);
    return 2;
  }
  const bool show_failures = argc > 3 && std::string_view(argv[3]) == "--failures";
  return waypost::cel::Main(argv[1], argv[2], show_failures);
}
