// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/yaml_message.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "sidecar/cli/names.h"
#include "sidecar/mapping/enum_words.h"
#include "sidecar/text/suggest.h"

namespace waypost::cli {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class Filler {
 public:
  Filler(const TimeReader& read_time, mapping::SpecReader* reader)
      : read_time_(read_time), reader_(*reader) {}

  void Fill(const yaml::Node& node, Message* message) {
    std::vector<std::string> allowed;
    for (int at = 0; at < message->GetDescriptor()->field_count(); ++at) {
      allowed.push_back(message->GetDescriptor()->field(at)->name());
    }
    if (!reader_.CheckMapping(node, allowed, {})) {
      return;
    }
    for (const yaml::Entry& entry : node.entries) {
      if (const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(entry.key);
          field != nullptr) {
        FillField(*entry.value, *field, message);
      }
    }
  }

 private:
  void FillField(const yaml::Node& node, const FieldDescriptor& field, Message* message) {
    const google::protobuf::Reflection& reflection = *message->GetReflection();
    if (field.is_map()) {
      FillMap(node, field, message);
    } else if (field.is_repeated()) {
      FillList(node, field, message);
    } else if (field.message_type() != nullptr &&
               field.message_type()->full_name() == "google.protobuf.Timestamp") {
      FillTime(node, *reflection.MutableMessage(message, &field));
    } else if (field.message_type() != nullptr) {
      Fill(node, reflection.MutableMessage(message, &field));
    } else if (field.type() == FieldDescriptor::TYPE_ENUM) {
      FillEnum(node, field, message);
    } else if (const std::optional<std::string> text = reader_.Text(node); text.has_value()) {
      reflection.SetString(message, &field, *text);
    }
  }

  void FillMap(const yaml::Node& node, const FieldDescriptor& field, Message* message) {
    if (node.kind != yaml::NodeKind::kMapping) {
      reader_.Report(node, DiagnosticCode::kSpecWrongType, "expected a mapping of texts");
      return;
    }
    for (const yaml::Entry& entry : node.entries) {
      const std::optional<std::string> text = reader_.Text(*entry.value);
      Message* pair = message->GetReflection()->AddMessage(message, &field);
      const google::protobuf::Descriptor& shape = *pair->GetDescriptor();
      pair->GetReflection()->SetString(pair, shape.map_key(), entry.key);
      pair->GetReflection()->SetString(pair, shape.map_value(), text.value_or(""));
    }
  }

  void FillList(const yaml::Node& node, const FieldDescriptor& field, Message* message) {
    if (node.kind != yaml::NodeKind::kSequence) {
      reader_.Report(node, DiagnosticCode::kSpecWrongType, "expected a list");
      return;
    }
    for (const yaml::Entry& entry : node.entries) {
      if (field.message_type() != nullptr) {
        Fill(*entry.value, message->GetReflection()->AddMessage(message, &field));
      } else if (const std::optional<std::string> text = reader_.Text(*entry.value);
                 text.has_value()) {
        message->GetReflection()->AddString(message, &field, *text);
      }
    }
  }

  void FillTime(const yaml::Node& node, Message& field) {
    const std::optional<std::string> text = reader_.Text(node);
    const std::optional<absl::Time> time =
        text.has_value() ? read_time_(*text) : std::optional<absl::Time>();
    if (time.has_value()) {
      ToProto(*time, static_cast<google::protobuf::Timestamp*>(&field));
    } else if (text.has_value()) {
      reader_.Report(node, DiagnosticCode::kSpecBadValue,
                     absl::StrCat("\"", *text,
                                  "\" is not a time; write +2h or "
                                  "2026-03-02T09:00:00Z"));
    }
  }

  void FillEnum(const yaml::Node& node, const FieldDescriptor& field, Message* message) {
    const std::optional<std::string> word = reader_.Text(node);
    if (!word.has_value()) {
      return;
    }
    const EnumValueDescriptor* value = mapping::FindEnumValue(*field.enum_type(), *word);
    if (value == nullptr) {
      const std::vector<std::string> words = mapping::EnumWords(*field.enum_type());
      reader_.Report(node, DiagnosticCode::kSpecBadValue,
                     absl::StrCat("\"", *word, "\" is not one of ", absl::StrJoin(words, ", "),
                                  DidYouMean(*word, words)));
      return;
    }
    message->GetReflection()->SetEnum(message, &field, value);
  }

  const TimeReader& read_time_;
  mapping::SpecReader& reader_;
};

}  // namespace

void FillMessage(const yaml::Node& node, const TimeReader& read_time, mapping::SpecReader* reader,
                 Message* message) {
  Filler(read_time, reader).Fill(node, message);
}

}  // namespace waypost::cli
