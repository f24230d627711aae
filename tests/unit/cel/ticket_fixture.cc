// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/cel/ticket_fixture.h"

#include <iterator>

namespace waypost::cel {

const ObjectType& PersonType() {
  static const auto* const type = new ObjectType(
      "person", {{"name", TypeKind::kString}, {"tags", Type::List(TypeKind::kString)}});
  return *type;
}

const ObjectType& CommentType() {
  static const auto* const type = new ObjectType("comment", {{"author", TypeKind::kString},
                                                             {"body", TypeKind::kString, true},
                                                             {"internal", TypeKind::kBool}});
  return *type;
}

const ObjectType& TicketType() {
  static const auto* const type =
      new ObjectType("ticket", {{"type", TypeKind::kString},
                                {"priority", TypeKind::kString},
                                {"ref", TypeKind::kString},
                                {"work_notes", TypeKind::kString, true},
                                {"reassignments", TypeKind::kInt},
                                {"due", TypeKind::kTimestamp},
                                {"requester", Type::Object(&PersonType())},
                                {"comments", Type::List(Type::Object(&CommentType()))},
                                {"custom", Type::Map(TypeKind::kString, TypeKind::kString)}});
  return *type;
}

bool TextMap::Find(const Value& key, Value* value) const {
  if (key.kind() != ValueKind::kString) {
    return false;
  }
  const auto found = texts_->find(std::string(key.AsString()));
  if (found == texts_->end()) {
    return false;
  }
  *value = Value::StringView(found->second);
  return true;
}

Value TextMap::KeyAt(size_t index) const {
  return Value::StringView(std::next(texts_->begin(), static_cast<std::ptrdiff_t>(index))->first);
}

Value PersonObject::Get(int field) const {
  return field == 0 ? Value::StringView(data_->name) : Value::BorrowedList(&tags_);
}

bool PersonObject::Has(int field) const {
  return field == 0 ? !data_->name.empty() : !data_->tags.empty();
}

Value CommentObject::Get(int field) const {
  switch (field) {
    case 0:
      return Value::StringView(data_->author);
    case 1:
      return Value::StringView(data_->body);
    default:
      return Value::Bool(data_->internal);
  }
}

CommentList::CommentList(const std::vector<CommentData>& comments) {
  for (const CommentData& comment : comments) {
    objects_.emplace_back(&comment);
  }
}

TicketObject::TicketObject(const TicketData* data)
    : data_(data),
      requester_(&data->requester),
      comments_(data->comments),
      custom_(&data->custom) {}

Value TicketObject::Get(int field) const {
  switch (field) {
    case 0:
      return Value::StringView(data_->type);
    case 1:
      return Value::StringView(data_->priority);
    case 2:
      return Value::StringView(data_->ref);
    case 3:
      return Value::StringView(data_->work_notes);
    case 4:
      return Value::Int(data_->reassignments);
    case 5:
      return data_->due ? Value::Timestamp(*data_->due) : Value::Null();
    case 6:
      return Value::ObjectRef(&requester_);
    case 7:
      return Value::BorrowedList(&comments_);
    default:
      return Value::BorrowedMap(&custom_);
  }
}

bool TicketObject::Has(int field) const { return field != 5 || data_->due.has_value(); }

TicketWorld::TicketWorld(TicketData data)
    : data_(std::move(data)), ticket_(&data_), word_list_(&words_) {
  environment_.AddVariable("ticket", Type::Object(&TicketType()));
  environment_.AddVariable("now", TypeKind::kTimestamp);
  environment_.AddVariable("count", TypeKind::kInt);
  environment_.AddVariable("words", Type::List(TypeKind::kString));
  environment_.AddVariable("anything", TypeKind::kDyn);
  values_ = {Value::ObjectRef(&ticket_), Value::Timestamp(absl::FromUnixSeconds(1772355600)),
             Value::Int(7), Value::BorrowedList(&word_list_), Value::Null()};
}

std::optional<Program> TicketWorld::Compile(const std::string& source, std::vector<Issue>* issues,
                                            const Type& expected) {
  return Program::Compile(source, environment_, expected, issues);
}

namespace {

// Results may borrow from their program, so the tests' programs stay.
Value EvaluateAndKeep(std::optional<Program> program, const std::vector<Issue>& issues,
                      Activation activation) {
  static auto* const kept = new std::vector<Program>();
  if (!program) {
    return Value::Error(issues.front().message);
  }
  kept->push_back(*std::move(program));
  return kept->back().Evaluate(activation);
}

}  // namespace

Value TicketWorld::Evaluate(const std::string& source) {
  std::vector<Issue> issues;
  std::optional<Program> program = Compile(source, &issues);
  return EvaluateAndKeep(std::move(program), issues, values_);
}

Value TicketWorld::EvaluateUnchecked(const std::string& source) {
  std::vector<Issue> issues;
  std::optional<Program> program = Program::CompileUnchecked(source, environment_, &issues);
  return EvaluateAndKeep(std::move(program), issues, values_);
}

std::vector<std::string> Texts(const std::vector<Issue>& issues) {
  std::vector<std::string> texts;
  for (const Issue& issue : issues) {
    texts.push_back(std::to_string(issue.begin) + "-" + std::to_string(issue.end) + ": " +
                    issue.message);
  }
  return texts;
}

}  // namespace waypost::cel
