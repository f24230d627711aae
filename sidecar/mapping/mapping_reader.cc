// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/mapping/field_value.h"
#include "sidecar/mapping/message_mapping.h"

namespace waypost::mapping {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

using Way = std::vector<const FieldDescriptor*>;

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The types that an expression for the field may have: null and an empty optional leave it unset.
std::vector<cel::Type> TypesFor(const FieldDescriptor& field) {
  std::vector<cel::Type> types;
  if (field.is_map()) {
    types = {cel::Type::Map(cel::TypeKind::kString, cel::Type())};
  } else if (field.is_repeated()) {
    types = {cel::Type::List(cel::TypeKind::kString)};
  } else if (IsTimestamp(field)) {
    types = {cel::TypeKind::kTimestamp, cel::TypeKind::kString};
  } else if (IsDuration(field)) {
    types = {cel::TypeKind::kDuration};
  } else if (field.type() == FieldDescriptor::TYPE_INT32) {
    types = {cel::TypeKind::kInt};
  } else if (field.type() == FieldDescriptor::TYPE_ENUM) {
    types = {cel::TypeKind::kString};
  } else {
    types = {cel::TypeKind::kString, cel::TypeKind::kInt, cel::TypeKind::kUint};
  }
  const size_t count = types.size();
  for (size_t at = 0; at < count; ++at) {
    types.push_back(cel::Type::Optional(types[at]));
  }
  types.emplace_back(cel::TypeKind::kNull);
  return types;
}

}  // namespace

// Reads one tree into a MessageMapping.
class MappingReader {
 public:
  MappingReader(const MappingRules& rules, SpecReader* reader, MessageMapping* mapping)
      : rules_(rules), reader_(*reader), mapping_(*mapping) {}

  void ReadMessage(const yaml::Node& node, const Descriptor& shape, const std::string& path,
                   const Way& way) {
    std::vector<std::string> allowed;
    for (int at = 0; at < shape.field_count(); ++at) {
      const FieldDescriptor& field = *shape.field(at);
      const bool list_of_messages =
          !field.is_map() && field.is_repeated() && field.message_type() != nullptr;
      if (!list_of_messages && !(way.empty() && Has(rules_.excluded, field.name()))) {
        allowed.push_back(field.name());
      }
    }
    if (!reader_.CheckMapping(node, allowed,
                              way.empty() ? rules_.required : std::vector<std::string>())) {
      return;
    }
    for (const yaml::Entry& entry : node.entries) {
      if (Has(allowed, entry.key)) {
        ReadField(*entry.value, *shape.FindFieldByName(entry.key), path + entry.key, way);
      }
    }
  }

 private:
  void ReadField(const yaml::Node& node, const FieldDescriptor& field, const std::string& path,
                 Way way) {
    Assignment assignment;
    assignment.way = way;
    assignment.field = &field;
    assignment.name = path;
    assignment.node = &node;
    assignment.required = Has(rules_.required, path);
    const bool is_mapping = node.kind == yaml::NodeKind::kMapping;
    if (field.is_map() && is_mapping) {
      ReadEntries(node, assignment);
    } else if (IsTimestamp(field) && is_mapping) {
      ReadTime(node, std::move(assignment));
    } else if (field.message_type() == nullptr || field.is_map() || IsTimestamp(field) ||
               IsDuration(field)) {
      ReadExpression(node, TypesFor(field), std::move(assignment));
    } else {
      way.push_back(&field);
      ReadMessage(node, *field.message_type(), path + ".", way);
    }
  }

  void ReadEntries(const yaml::Node& node, const Assignment& shape) {
    for (const yaml::Entry& entry : node.entries) {
      Assignment assignment = shape;
      assignment.map_key = entry.key;
      assignment.name = absl::StrCat(shape.name, ".", entry.key);
      assignment.node = entry.value.get();
      ReadExpression(*entry.value,
                     {cel::TypeKind::kString, cel::TypeKind::kNull, cel::TypeKind::kInt,
                      cel::TypeKind::kUint, cel::TypeKind::kBool, cel::TypeKind::kDouble,
                      cel::Type::List(cel::Type()), cel::Type::Optional(cel::Type())},
                     std::move(assignment));
    }
  }

  void ReadTime(const yaml::Node& node, Assignment assignment) {
    if (!reader_.CheckMapping(node, {rules_.time_key, "layout", "zone"},
                              {rules_.time_key, "layout"})) {
      return;
    }
    TimeLayout layout;
    layout.format = reader_.Text(node, "layout").value_or("");
    layout.zone = reader_.TimeZone(node, "zone").value_or(rules_.zone);
    assignment.layout = std::move(layout);
    if (const yaml::Node* text = node.Find(rules_.time_key); text != nullptr) {
      assignment.program = rules_.compile_time(*text);
      Add(std::move(assignment));
    }
  }

  void ReadExpression(const yaml::Node& node, const std::vector<cel::Type>& types,
                      Assignment assignment) {
    assignment.program = reader_.Expression(node, *rules_.environment, types);
    Add(std::move(assignment));
  }

  void Add(Assignment assignment) {
    if (assignment.program.has_value()) {
      mapping_.assignments_.push_back(std::move(assignment));
    }
  }

  const MappingRules& rules_;
  SpecReader& reader_;
  MessageMapping& mapping_;
};

void MessageMapping::Read(const yaml::Node& node, const Descriptor& shape,
                          const MappingRules& rules, SpecReader* reader) {
  MappingReader(rules, reader, this).ReadMessage(node, shape, "", {});
}

}  // namespace waypost::mapping
