// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/event_mapping.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "sidecar/cli/csv_row.h"
#include "sidecar/mapping/lookup_tables.h"
#include "sidecar/mapping/message_mapping.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/text/suggest.h"

namespace waypost::cli {
namespace {

constexpr const char* kColumn = "column";

// A mapping over the columns of one file.
class RowMapping final : public BoundMapping {
 public:
  RowMapping(const mapping::MessageMapping& fields, const mapping::LookupTables& tables,
             const std::vector<std::string_view>& columns)
      : fields_(fields), tables_(tables), row_(columns) {}

  [[nodiscard]] const CsvRow& row() const { return row_; }

  absl::Status Map(const std::vector<std::string_view>& fields, int64_t line,
                   v1::TicketEvent* event) override {
    if (fields.size() != row_.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the row has ", fields.size(), " fields, the first line names ", row_.size()));
    }
    event->Clear();
    row_.Set(&fields);
    const cel::Value values[] = {cel::Value::BorrowedMap(&row_), cel::Value::Int(line),
                                 cel::Value::ObjectRef(&tables_)};
    return fields_.Apply(values, event, nullptr);
  }

 private:
  const mapping::MessageMapping& fields_;
  const mapping::LookupTables& tables_;
  CsvRow row_;
};

class FileMapping final : public EventMapping {
 public:
  explicit FileMapping(std::unique_ptr<const yaml::Document> document)
      : document_(std::move(document)) {}

  [[nodiscard]] char delimiter() const override { return delimiter_; }
  [[nodiscard]] EventOrder order() const override { return order_; }
  [[nodiscard]] std::unique_ptr<BoundMapping> Bind(const std::vector<std::string_view>& columns,
                                                   DiagnosticSink* sink) const override;

 private:
  friend class MappingLoader;

  std::unique_ptr<const yaml::Document> document_;
  char delimiter_ = ',';
  EventOrder order_ = EventOrder::kFile;
  mapping::LookupTables tables_;
  mapping::MessageMapping fields_;
};

// Reports a column that the file does not have.
void ReportColumn(const CsvRow& row, const std::string& column, mapping::SpecReader* reader,
                  const yaml::Node& node, size_t offset) {
  const std::string nearest = DidYouMean(column, row.columns());
  reader->ReportAt(
      node, offset, DiagnosticCode::kSpecExpression,
      absl::StrCat("the file has no column \"", column, "\"",
                   nearest.empty() ? absl::StrCat("; it has ", absl::StrJoin(row.columns(), ", "))
                                   : nearest));
}

std::unique_ptr<BoundMapping> FileMapping::Bind(const std::vector<std::string_view>& columns,
                                                DiagnosticSink* sink) const {
  auto bound = std::make_unique<RowMapping>(fields_, tables_, columns);
  mapping::SpecReader reader(*document_, sink);
  bool complete = true;
  for (const mapping::Assignment& assignment : fields_.assignments()) {
    if (assignment.layout.has_value()) {
      const yaml::Node& column = *assignment.node->Find(kColumn);
      if (!bound->row().HasColumn(column.text)) {
        ReportColumn(bound->row(), column.text, &reader, column, 0);
        complete = false;
      }
      continue;
    }
    for (const cel::FieldReference& reference : assignment.program->FieldReferences()) {
      const std::string column =
          reference.path.substr(0, 4) == "row." ? reference.path.substr(4) : std::string();
      if (!column.empty() && !bound->row().HasColumn(column)) {
        ReportColumn(bound->row(), column, &reader, *assignment.node, reference.begin);
        complete = false;
      }
    }
  }
  if (!complete) {
    return nullptr;
  }
  return bound;
}

// The column of that name as an expression.
std::string ColumnExpression(const std::string& name) {
  return absl::StrCat(
      "row[\"",
      absl::StrReplaceAll(name, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}, {"\r", "\\r"}}),
      "\"]");
}

// Reads the file into a FileMapping.
class MappingLoader {
 public:
  MappingLoader(std::unique_ptr<const yaml::Document> document, DiagnosticSink* sink)
      : reader_(*document, sink), mapping_(std::make_unique<FileMapping>(std::move(document))) {
    environment_.AddVariable("row", cel::Type::Map(cel::TypeKind::kString, cel::TypeKind::kString));
    environment_.AddVariable("line", cel::TypeKind::kInt);
    environment_.AddVariable("tables", cel::Type::Object(&mapping_->tables_.type()));
  }

  std::unique_ptr<const EventMapping> Load() {
    const yaml::Node& root = mapping_->document_->root();
    if (!reader_.CheckMapping(root,
                              {"apiVersion", "kind", "name", "delimiter", "order", "unknown",
                               "zone", "tables", "event"},
                              {"apiVersion", "kind", "event"})) {
      return nullptr;
    }
    reader_.Choice(root, "apiVersion", {"waypost/v1"});
    reader_.Choice(root, "kind", {"event-mapping"});
    reader_.Text(root, "name");
    const std::optional<std::string> order = reader_.Choice(root, "order", {"file", "time"});
    mapping_->order_ = order == "time" ? EventOrder::kTime : EventOrder::kFile;
    mapping_->fields_.SetUnknown(reader_.Texts(root, "unknown"));
    ReadDelimiter(root);
    if (const yaml::Node* tables = root.Find("tables"); tables != nullptr) {
      mapping_->tables_.Read(*tables, &reader_);
      mapping_->tables_.Freeze();
    }
    if (const yaml::Node* event = root.Find("event"); event != nullptr) {
      ReadEvent(root, *event);
    }
    return std::move(mapping_);
  }

 private:
  void ReadEvent(const yaml::Node& root, const yaml::Node& event) {
    mapping::MappingRules rules;
    rules.environment = &environment_;
    rules.zone = reader_.TimeZone(root, "zone").value_or(absl::UTCTimeZone());
    rules.required = {"event_id", "source", "occurred_at"};
    rules.time_key = kColumn;
    rules.compile_time = [this](const yaml::Node& node) -> std::optional<cel::Program> {
      const std::optional<std::string> name = reader_.Text(node);
      std::vector<cel::Issue> issues;
      return name.has_value() ? cel::Program::Compile(ColumnExpression(*name), environment_,
                                                      cel::TypeKind::kString, &issues)
                              : std::nullopt;
    };
    mapping_->fields_.Read(event, *v1::TicketEvent::descriptor(), rules, &reader_);
  }

  void ReadDelimiter(const yaml::Node& root) {
    const std::optional<std::string> delimiter = reader_.Text(root, "delimiter");
    if (!delimiter.has_value()) {
      return;
    }
    if (delimiter->size() != 1 || *delimiter == "\"" || *delimiter == "\n") {
      reader_.Report(*root.Find("delimiter"), DiagnosticCode::kSpecBadValue,
                     "the delimiter is a single character, such as \",\", \";\" or \"\\t\"");
      return;
    }
    mapping_->delimiter_ = delimiter->front();
  }

  mapping::SpecReader reader_;
  cel::Environment environment_;
  std::unique_ptr<FileMapping> mapping_;
};

}  // namespace

std::unique_ptr<const EventMapping> EventMapping::Load(const std::string& path,
                                                       DiagnosticSink* sink) {
  std::unique_ptr<const yaml::Document> document = mapping::ReadDocument(path, sink);
  if (document == nullptr) {
    return nullptr;
  }
  std::unique_ptr<const EventMapping> mapping = MappingLoader(std::move(document), sink).Load();
  return sink->has_errors() ? nullptr : std::move(mapping);
}

}  // namespace waypost::cli
