// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "sidecar/cel/text_form.h"
#include "sidecar/cel/value.h"
#include "sidecar/text/absl_view.h"

namespace waypost::cel {
namespace {

constexpr size_t kMaxBytes = 200;
constexpr std::string_view kEllipsis = "...";

bool IsFull(const std::string& out) { return out.size() >= kMaxBytes; }

void AppendQuoted(std::string_view text, std::string* out) {
  absl::StrAppend(out, "\"", absl::Utf8SafeCEscape(AbslView(text.substr(0, kMaxBytes))), "\"");
}

void Append(const Value& value, std::string* out);

void AppendList(const List& list, std::string* out) {
  out->push_back('[');
  const size_t size = list.size();
  for (size_t i = 0; i < size && !IsFull(*out); ++i) {
    out->append(i == 0 ? "" : ", ");
    Append(list.At(i), out);
  }
  out->push_back(']');
}

void AppendMap(const Map& map, std::string* out) {
  out->push_back('{');
  const size_t size = map.size();
  for (size_t i = 0; i < size && !IsFull(*out); ++i) {
    out->append(i == 0 ? "" : ", ");
    const Value key = map.KeyAt(i);
    Append(key, out);
    out->append(": ");
    Value value;
    (void)map.Find(key, &value);
    Append(value, out);
  }
  out->push_back('}');
}

void Append(const Value& value, std::string* out) {
  switch (value.kind()) {
    case ValueKind::kError:
      absl::StrAppend(out, "error: ", value.ErrorMessage());
      return;
    case ValueKind::kNull:
      out->append("null");
      return;
    case ValueKind::kString:
      return AppendQuoted(value.AsString(), out);
    case ValueKind::kBytes:
      out->push_back('b');
      return AppendQuoted(value.AsBytes(), out);
    case ValueKind::kUint:
      absl::StrAppend(out, value.AsUint(), "u");
      return;
    case ValueKind::kList:
      return AppendList(value.AsList(), out);
    case ValueKind::kMap:
      return AppendMap(value.AsMap(), out);
    case ValueKind::kObject:
      out->append(value.AsObject().type().name());
      return;
    case ValueKind::kOptional:
      if (value.AsOptional() == nullptr) {
        out->append("optional.none()");
        return;
      }
      out->append("optional.of(");
      Append(*value.AsOptional(), out);
      out->push_back(')');
      return;
    default:
      out->append(TextForm(value));
  }
}

// Never cuts within a character.
void Shorten(std::string* out) {
  if (out->size() <= kMaxBytes) {
    return;
  }
  size_t end = kMaxBytes;
  while (end > 0 && (static_cast<unsigned char>((*out)[end]) & 0xC0) == 0x80) {
    --end;
  }
  out->resize(end);
  out->append(kEllipsis);
}

}  // namespace

std::string Value::ToDisplayString() const {
  std::string out;
  Append(*this, &out);
  Shorten(&out);
  return out;
}

}  // namespace waypost::cel
