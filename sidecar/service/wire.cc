// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/wire.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "sidecar/text/utf8.h"

namespace waypost::service {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::internal::WireFormatLite;
using ::google::protobuf::io::CodedInputStream;

// Deeper than any message of ours; what is deeper is no message of ours.
constexpr int kMaxDepth = 32;

CodedInputStream StreamOver(std::string_view bytes) {
  return CodedInputStream(reinterpret_cast<const uint8_t*>(bytes.data()),
                          static_cast<int>(bytes.size()));
}

// The content of the length-delimited field that the stream has just read the tag of.
std::optional<std::string_view> ReadContent(std::string_view bytes, CodedInputStream* stream) {
  uint32_t length = 0;
  if (!stream->ReadVarint32(&length)) return std::nullopt;
  const auto start = static_cast<size_t>(stream->CurrentPosition());
  if (length > bytes.size() - start || !stream->Skip(static_cast<int>(length))) {
    return std::nullopt;
  }
  return bytes.substr(start, length);
}

std::optional<pipeline::Violation> FindMalformed(std::string_view bytes, const Descriptor& type,
                                                 const std::string& path, int depth) {
  CodedInputStream stream = StreamOver(bytes);
  while (static_cast<size_t>(stream.CurrentPosition()) < bytes.size()) {
    const uint32_t tag = stream.ReadTag();
    const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    const std::string here =
        field == nullptr ? path : absl::StrCat(path, path.empty() ? "" : ".", field->name());
    if (tag == 0) return pipeline::Violation{path, "holds bytes that are no field"};
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&stream, tag)) return pipeline::Violation{here, "is cut off"};
      continue;
    }
    const std::optional<std::string_view> content = ReadContent(bytes, &stream);
    if (!content.has_value()) return pipeline::Violation{here, "is cut off"};
    if (field == nullptr) continue;
    if (field->type() == FieldDescriptor::TYPE_STRING && FindInvalidUtf8(*content).has_value()) {
      return pipeline::Violation{here, "is no valid UTF-8"};
    }
    if (field->type() != FieldDescriptor::TYPE_MESSAGE || depth >= kMaxDepth) continue;
    auto inner = FindMalformed(*content, *field->message_type(), here, depth + 1);
    if (inner.has_value()) return inner;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string_view>> ContentsOf(int number, std::string_view message) {
  const uint32_t wanted =
      WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  std::vector<std::string_view> contents;
  CodedInputStream stream = StreamOver(message);
  while (static_cast<size_t>(stream.CurrentPosition()) < message.size()) {
    const uint32_t tag = stream.ReadTag();
    if (tag == wanted) {
      const std::optional<std::string_view> content = ReadContent(message, &stream);
      if (!content.has_value()) return std::nullopt;
      contents.push_back(*content);
    } else if (tag == 0 || !WireFormatLite::SkipField(&stream, tag)) {
      return std::nullopt;
    }
  }
  return contents;
}

bool FlagIn(int number, std::string_view message) {
  const uint32_t wanted = WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_VARINT);
  bool flag = false;
  CodedInputStream stream = StreamOver(message);
  while (static_cast<size_t>(stream.CurrentPosition()) < message.size()) {
    const uint32_t tag = stream.ReadTag();
    uint64_t value = 0;
    if (tag == wanted && stream.ReadVarint64(&value)) {
      flag = value != 0;
    } else if (tag == 0 || !WireFormatLite::SkipField(&stream, tag)) {
      return flag;
    }
  }
  return flag;
}

pipeline::Violation DescribeMalformed(std::string_view bytes, const Descriptor& type,
                                      const std::string& path) {
  auto violation = FindMalformed(bytes, type, path, 0);
  if (violation.has_value()) return *std::move(violation);
  return {path, absl::StrCat("is no ", type.full_name())};
}

}  // namespace waypost::service
