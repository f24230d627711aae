// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/event_mapping.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/cli/bound_mapping.h"
#include "sidecar/cli/spec_reader.h"
#include "sidecar/text/suggest.h"

namespace waypost::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

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
  MappingPlan plan_;
};

// Reports a column that the file does not have.
void ReportColumn(const Row& row, const std::string& column, SpecReader* reader,
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
  auto bound = std::make_unique<PlanBoundMapping>(plan_, columns);
  SpecReader reader(*document_, sink);
  bool complete = true;
  for (const Assignment& assignment : plan_.assignments) {
    if (assignment.time.has_value()) {
      if (bound->row().Place(assignment.time->column) < 0) {
        ReportColumn(bound->row(), assignment.time->column, &reader,
                     *assignment.node->Find("column"), 0);
        complete = false;
      }
      continue;
    }
    for (const cel::FieldReference& reference : assignment.program->FieldReferences()) {
      const std::string column =
          reference.path.substr(0, 4) == "row." ? reference.path.substr(4) : std::string();
      if (!column.empty() && bound->row().Place(column) < 0) {
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

// Reads the file into a FileMapping.
class MappingLoader {
 public:
  MappingLoader(std::unique_ptr<const yaml::Document> document, DiagnosticSink* sink)
      : reader_(*document, sink), mapping_(std::make_unique<FileMapping>(std::move(document))) {
    environment_.AddVariable("row", cel::Type::Map(cel::TypeKind::kString, cel::TypeKind::kString));
    environment_.AddVariable("line", cel::TypeKind::kInt);
    environment_.AddVariable("tables", cel::Type::Object(&mapping_->plan_.tables.type()));
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
    for (std::string& word : reader_.Texts(root, "unknown")) {
      mapping_->plan_.unknown.insert(std::move(word));
    }
    ReadDelimiter(root);
    zone_ = ReadZone(root).value_or(absl::UTCTimeZone());
    ReadTables(root);
    if (const yaml::Node* event = root.Find("event"); event != nullptr) {
      ReadMessage(*event, *v1::TicketEvent::descriptor(), "", {});
    }
    return std::move(mapping_);
  }

 private:
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

  std::optional<absl::TimeZone> ReadZone(const yaml::Node& mapping) {
    const std::optional<std::string> name = reader_.Text(mapping, "zone");
    absl::TimeZone zone;
    if (!name.has_value()) {
      return std::nullopt;
    }
    if (!absl::LoadTimeZone(*name, &zone)) {
      reader_.Report(*mapping.Find("zone"), DiagnosticCode::kSpecBadValue,
                     absl::StrCat("there is no time zone \"", *name,
                                  "\"; zones are named as in the IANA database: Europe/London"));
      return std::nullopt;
    }
    return zone;
  }

  void ReadTables(const yaml::Node& root) {
    const yaml::Node* tables = root.Find("tables");
    if (tables == nullptr) {
      return;
    }
    if (tables->kind != yaml::NodeKind::kMapping) {
      reader_.Report(*tables, DiagnosticCode::kSpecWrongType, "expected a mapping of tables");
      return;
    }
    for (const yaml::Entry& entry : tables->entries) {
      CheckTableName(entry);
      LookupTable& table = mapping_->plan_.tables.Add(entry.key);
      if (entry.value->kind != yaml::NodeKind::kMapping) {
        reader_.Report(*entry.value, DiagnosticCode::kSpecWrongType,
                       "a table is a mapping of texts to texts");
        continue;
      }
      for (const yaml::Entry& pair : entry.value->entries) {
        if (std::optional<std::string> text = reader_.Text(*pair.value); text.has_value()) {
          table.Add(pair.key, *std::move(text));
        }
      }
      table.Freeze();
    }
    mapping_->plan_.tables.Freeze();
  }

  // Expressions name a table behind a dot.
  void CheckTableName(const yaml::Entry& entry) {
    const auto is_letter = [](char c) { return absl::ascii_isalpha(c) || c == '_'; };
    const bool is_name = !entry.key.empty() && is_letter(entry.key.front()) &&
                         std::all_of(entry.key.begin(), entry.key.end(), [&](char c) {
                           return is_letter(c) || absl::ascii_isdigit(c);
                         });
    if (!is_name) {
      reader_.Report(*entry.value, DiagnosticCode::kSpecBadValue,
                     absl::StrCat("\"", entry.key,
                                  "\" is no name for a table; names have letters, digits and _"));
    }
  }

  void ReadMessage(const yaml::Node& node, const Descriptor& shape, const std::string& path,
                   const std::vector<const FieldDescriptor*>& way) {
    std::vector<std::string> allowed;
    for (int at = 0; at < shape.field_count(); ++at) {
      const FieldDescriptor& field = *shape.field(at);
      if (field.is_map() || !field.is_repeated() || field.message_type() == nullptr) {
        allowed.push_back(field.name());
      }
    }
    const std::vector<std::string> required =
        way.empty() ? std::vector<std::string>{"event_id", "source", "occurred_at"}
                    : std::vector<std::string>{};
    if (!reader_.CheckMapping(node, allowed, required)) {
      return;
    }
    for (const yaml::Entry& entry : node.entries) {
      if (std::find(allowed.begin(), allowed.end(), entry.key) != allowed.end()) {
        ReadField(*entry.value, *shape.FindFieldByName(entry.key), path + entry.key, way);
      }
    }
  }

  void ReadField(const yaml::Node& node, const FieldDescriptor& field, const std::string& path,
                 std::vector<const FieldDescriptor*> way) {
    Assignment assignment;
    assignment.way = way;
    assignment.field = &field;
    assignment.name = path;
    assignment.node = &node;
    if (field.is_map()) {
      ReadEntries(node, assignment);
    } else if (IsTimestamp(field)) {
      if (node.kind == yaml::NodeKind::kMapping) {
        ReadTime(node, std::move(assignment));
      } else {
        ReadExpression(node, {cel::TypeKind::kTimestamp, cel::TypeKind::kNull},
                       std::move(assignment));
      }
    } else if (field.message_type() != nullptr) {
      way.push_back(&field);
      ReadMessage(node, *field.message_type(), path + ".", way);
    } else if (field.is_repeated()) {
      ReadExpression(node, {cel::Type::List(cel::TypeKind::kString)}, std::move(assignment));
    } else {
      ReadExpression(node,
                     {cel::TypeKind::kString, cel::TypeKind::kNull,
                      cel::Type::Optional(cel::TypeKind::kString)},
                     std::move(assignment));
    }
  }

  void ReadEntries(const yaml::Node& node, const Assignment& shape) {
    if (node.kind != yaml::NodeKind::kMapping) {
      reader_.Report(node, DiagnosticCode::kSpecWrongType,
                     "expected a mapping of names to expressions");
      return;
    }
    for (const yaml::Entry& entry : node.entries) {
      Assignment assignment = shape;
      assignment.map_key = entry.key;
      assignment.name = absl::StrCat(shape.name, ".", entry.key);
      assignment.node = entry.value.get();
      ReadExpression(*entry.value,
                     {cel::TypeKind::kString, cel::Type::Optional(cel::TypeKind::kString)},
                     std::move(assignment));
    }
  }

  void ReadTime(const yaml::Node& node, Assignment assignment) {
    if (!reader_.CheckMapping(node, {"column", "layout", "zone"}, {"column", "layout"})) {
      return;
    }
    TimeColumn time;
    time.column = reader_.Text(node, "column").value_or("");
    time.layout = reader_.Text(node, "layout").value_or("");
    time.zone = ReadZone(node).value_or(zone_);
    assignment.time = std::move(time);
    mapping_->plan_.assignments.push_back(std::move(assignment));
  }

  void ReadExpression(const yaml::Node& node, const std::vector<cel::Type>& types,
                      Assignment assignment) {
    assignment.program = reader_.Expression(node, environment_, types);
    if (assignment.program.has_value()) {
      mapping_->plan_.assignments.push_back(std::move(assignment));
    }
  }

  SpecReader reader_;
  cel::Environment environment_;
  std::unique_ptr<FileMapping> mapping_;
  absl::TimeZone zone_;
};

}  // namespace

std::unique_ptr<const EventMapping> EventMapping::Load(const std::string& path,
                                                       DiagnosticSink* sink) {
  std::unique_ptr<const yaml::Document> document = ReadDocument(path, sink);
  if (document == nullptr) {
    return nullptr;
  }
  std::unique_ptr<const EventMapping> mapping = MappingLoader(std::move(document), sink).Load();
  return sink->has_errors() ? nullptr : std::move(mapping);
}

}  // namespace waypost::cli
