// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sidecar/cel/environment.h"
#include "sidecar/cel/program.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

// A host's objects, as the layers above have them: a ticket with a requester, comments, tags.
struct PersonData {
  std::string name = "Ada";
  std::vector<std::string> tags = {"vip", "remote"};
};
struct CommentData {
  std::string author = "Ben";
  std::string body = "password reset by phone";
  bool internal = true;
};
struct TicketData {
  std::string type = "incident";
  std::string priority = "P1";
  std::string ref = "INC-1";
  std::string work_notes = "caller was rude";
  int64_t reassignments = 3;
  std::optional<absl::Time> due;
  PersonData requester;
  std::vector<CommentData> comments = {{}, {"Cy", "all well", false}};
  std::map<std::string, std::string> custom = {{"site", "Leeds"}};
};

const ObjectType& PersonType();
const ObjectType& CommentType();
const ObjectType& TicketType();

class TextList final : public List {
 public:
  explicit TextList(const std::vector<std::string>* texts) : texts_(texts) {}
  [[nodiscard]] size_t size() const override { return texts_->size(); }
  [[nodiscard]] Value At(size_t index) const override {
    return Value::StringView((*texts_)[index]);
  }

 private:
  const std::vector<std::string>* texts_;
};

class TextMap final : public Map {
 public:
  explicit TextMap(const std::map<std::string, std::string>* texts) : texts_(texts) {}
  [[nodiscard]] size_t size() const override { return texts_->size(); }
  [[nodiscard]] bool Find(const Value& key, Value* value) const override;
  [[nodiscard]] Value KeyAt(size_t index) const override;

 private:
  const std::map<std::string, std::string>* texts_;
};

class PersonObject final : public Object {
 public:
  explicit PersonObject(const PersonData* data) : data_(data), tags_(&data->tags) {}
  [[nodiscard]] const ObjectType& type() const override { return PersonType(); }
  [[nodiscard]] Value Get(int field) const override;
  [[nodiscard]] bool Has(int field) const override;

 private:
  const PersonData* data_;
  TextList tags_;
};

class CommentObject final : public Object {
 public:
  explicit CommentObject(const CommentData* data) : data_(data) {}
  [[nodiscard]] const ObjectType& type() const override { return CommentType(); }
  [[nodiscard]] Value Get(int field) const override;
  [[nodiscard]] bool Has(int /*field*/) const override { return true; }

 private:
  const CommentData* data_;
};

class CommentList final : public List {
 public:
  explicit CommentList(const std::vector<CommentData>& comments);
  [[nodiscard]] size_t size() const override { return objects_.size(); }
  [[nodiscard]] Value At(size_t index) const override { return Value::ObjectRef(&objects_[index]); }

 private:
  std::vector<CommentObject> objects_;
};

class TicketObject final : public Object {
 public:
  explicit TicketObject(const TicketData* data);
  [[nodiscard]] const ObjectType& type() const override { return TicketType(); }
  [[nodiscard]] Value Get(int field) const override;
  [[nodiscard]] bool Has(int field) const override;

 private:
  const TicketData* data_;
  PersonObject requester_;
  CommentList comments_;
  TextMap custom_;
};

// Variables `ticket`, `now`, `count` (int), `words` (list of strings) and `anything` (dyn), with
// values for all of them.
class TicketWorld {
 public:
  explicit TicketWorld(TicketData data = {});
  TicketWorld(const TicketWorld&) = delete;
  TicketWorld& operator=(const TicketWorld&) = delete;

  Environment& environment() { return environment_; }
  [[nodiscard]] Activation activation() const { return values_; }
  // The last: `anything`.
  std::vector<Value>& values() { return values_; }

  // Compiles; a failure is an error of the kind kError with the first issue's message.
  Value Evaluate(const std::string& source);
  Value EvaluateUnchecked(const std::string& source);
  std::optional<Program> Compile(const std::string& source, std::vector<Issue>* issues,
                                 const Type& expected = {});

 private:
  TicketData data_;
  TicketObject ticket_;
  std::vector<std::string> words_ = {"alpha", "beta"};
  TextList word_list_;
  Environment environment_;
  std::vector<Value> values_;
};

// "begin-end: message" of each issue.
std::vector<std::string> Texts(const std::vector<Issue>& issues);

}  // namespace waypost::cel
