// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/rule_index.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_split.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/absl_view.h"

namespace waypost::rules {
namespace {

// More facts would make more shapes to look at and hardly fewer candidates.
constexpr size_t kMaxFactsPerCondition = 4;
// `x in [...] && y in [...]` stands in the index once per combination.
constexpr size_t kMaxCombinations = 64;

constexpr uint64_t kHashOfNoText = 1;
constexpr char kEventType[] = "event.type";

uint64_t Mix(uint64_t seed, uint64_t value) {
  const uint64_t mixed = (seed ^ value) * 0x9E3779B97F4A7C15;
  return mixed ^ (mixed >> 29);
}

uint64_t ShapeKey(size_t shape, int type) {
  return Mix(Mix(0x5761797071, shape), static_cast<uint64_t>(type));
}

int AsIndex(v1::EventType type) {
  return type >= 0 && type < v1::EventType_ARRAYSIZE ? type : v1::EVENT_TYPE_UNSPECIFIED;
}

}  // namespace

int FactPaths::Number(std::string_view name) {
  for (size_t i = 0; i < paths_.size(); ++i) {
    if (paths_[i].name == name) {
      return static_cast<int>(i);
    }
  }
  Path path{.name = std::string(name)};
  if (paths_.size() >= kMaxPaths || !Resolve(name, &path)) {
    return -1;
  }
  path.derived = name == "event.from" || name == "event.to";
  paths_.push_back(std::move(path));
  return static_cast<int>(paths_.size()) - 1;
}

bool FactPaths::Resolve(std::string_view name, Path* path) {
  const size_t bracket = name.find("[\"");
  if (bracket != std::string_view::npos) {
    path->key = std::string(name.substr(bracket + 2, name.size() - bracket - 4));
    name = name.substr(0, bracket);
  }
  const std::vector<std::string> parts = absl::StrSplit(AbslView(name), '.');
  path->slot = RulesEnvironment().Slot(parts[0]);
  if (path->slot < 0) {
    return false;
  }
  cel::Type type = RulesEnvironment().variables()[static_cast<size_t>(path->slot)].type;
  for (size_t i = 1; i < parts.size(); ++i) {
    const int field = type.object() == nullptr ? -1 : type.object()->FieldNumber(parts[i]);
    if (field < 0) {
      return false;
    }
    path->fields.push_back(field);
    type = type.object()->fields()[static_cast<size_t>(field)].type;
  }
  return path->key.has_value()
             ? type == cel::Type::Map(cel::TypeKind::kString, cel::TypeKind::kString)
             : type.kind() == cel::TypeKind::kString;
}

uint64_t FactPaths::HashOf(std::string_view text) {
  return absl::Hash<absl::string_view>()(AbslView(text));
}

uint64_t FactPaths::ReadOne(const Path& path, cel::Activation activation) {
  cel::Value value = activation[static_cast<size_t>(path.slot)];
  for (const int field : path.fields) {
    value = value.AsObject().Get(field);
  }
  if (path.key.has_value()) {
    cel::Value entry;
    return value.AsMap().Find(cel::Value::StringView(*path.key), &entry) ? HashOf(entry.AsString())
                                                                         : kHashOfNoText;
  }
  return value.kind() == cel::ValueKind::kString ? HashOf(value.AsString()) : kHashOfNoText;
}

void FactPaths::Read(cel::Activation activation, FactHashes* hashes) const {
  hashes->resize(paths_.size());
  for (size_t i = 0; i < paths_.size(); ++i) {
    (*hashes)[i] = ReadOne(paths_[i], activation);
  }
}

void FactPaths::ReadDerived(cel::Activation activation, FactHashes* hashes) const {
  for (size_t i = 0; i < paths_.size(); ++i) {
    if (paths_[i].derived) {
      (*hashes)[i] = ReadOne(paths_[i], activation);
    }
  }
}

// What one condition pins down.
struct ConditionIndex::Pinned {
  bool typed = false;
  std::vector<int> types;  // when typed
  std::vector<Fact> facts;
  bool impossible = false;  // it can never hold
};

class ConditionIndex::Builder {
 public:
  Builder(absl::Span<const Condition> conditions, FactPaths* paths, ConditionIndex* index)
      : conditions_(conditions), paths_(paths), index_(index) {}

  void Build() {
    std::vector<Pinned> pinned;
    pinned.reserve(conditions_.size());
    for (const Condition& condition : conditions_) {
      pinned.push_back(Pin(condition));
    }
    CountValues(pinned);
    index_->shapes_by_type_.resize(v1::EventType_ARRAYSIZE);
    for (size_t number = 0; number < pinned.size(); ++number) {
      if (!pinned[number].impossible) {
        Trim(&pinned[number]);
        Insert(static_cast<uint32_t>(number), pinned[number]);
      }
    }
    Flatten();
  }

 private:
  Pinned Pin(const Condition& condition) {
    Pinned pinned;
    std::set<int> types;
    for (int type = 1; type < v1::EventType_ARRAYSIZE; ++type) {
      if (condition.on.Accepts(static_cast<v1::EventType>(type))) {
        types.insert(type);
      }
    }
    pinned.typed = !condition.on.any();
    if (condition.program != nullptr) {
      for (const cel::EqualityFact& fact : condition.program->EqualityFacts()) {
        AddFact(fact, &types, &pinned);
      }
    }
    pinned.types.assign(types.begin(), types.end());
    pinned.impossible |= types.empty();
    return pinned;
  }

  void AddFact(const cel::EqualityFact& fact, std::set<int>* types, Pinned* pinned) {
    if (fact.path == kEventType) {
      std::set<int> told;
      for (const std::string& name : fact.values) {
        told.insert(EventTypeByName(name));
      }
      std::erase_if(*types, [&told](int type) { return told.count(type) == 0; });
      pinned->typed = true;
      return;
    }
    const int path = paths_->Number(fact.path);
    if (path < 0) {
      return;
    }
    std::set<uint64_t> values;
    for (const std::string& value : fact.values) {
      values.insert(FactPaths::HashOf(value));
    }
    const auto same = std::find_if(pinned->facts.begin(), pinned->facts.end(),
                                   [path](const Fact& other) { return other.path == path; });
    if (same == pinned->facts.end()) {
      pinned->impossible |= values.empty();
      pinned->facts.push_back({path, {values.begin(), values.end()}});
      return;
    }
    std::erase_if(same->values, [&values](uint64_t value) { return values.count(value) == 0; });
    pinned->impossible |= same->values.empty();
  }

  void CountValues(const std::vector<Pinned>& all) {
    for (const Pinned& pinned : all) {
      for (const Fact& fact : pinned.facts) {
        values_of_path_[fact.path].insert(fact.values.begin(), fact.values.end());
      }
    }
  }

  // Keeps the facts that tell most apart, in the order of their paths.
  void Trim(Pinned* pinned) const {
    std::vector<Fact>& facts = pinned->facts;
    std::stable_sort(facts.begin(), facts.end(), [this](const Fact& left, const Fact& right) {
      return Selectivity(left) > Selectivity(right);
    });
    size_t combinations = pinned->typed ? pinned->types.size() : 1;
    size_t kept = 0;
    for (; kept < facts.size() && kept < kMaxFactsPerCondition; ++kept) {
      if (combinations * facts[kept].values.size() > kMaxCombinations) {
        break;
      }
      combinations *= facts[kept].values.size();
    }
    facts.resize(kept);
    std::sort(facts.begin(), facts.end(),
              [](const Fact& left, const Fact& right) { return left.path < right.path; });
  }

  // Of how many values told anywhere, one of this fact's.
  [[nodiscard]] double Selectivity(const Fact& fact) const {
    return static_cast<double>(values_of_path_.at(fact.path).size()) /
           static_cast<double>(fact.values.size());
  }

  size_t ShapeOf(const Pinned& pinned) {
    std::vector<int> paths;
    for (const Fact& fact : pinned.facts) {
      paths.push_back(fact.path);
    }
    const auto [found, added] =
        shape_numbers_.try_emplace({pinned.typed, paths}, index_->shapes_.size());
    if (added) {
      index_->shapes_.push_back({std::move(paths), pinned.typed});
    }
    return found->second;
  }

  void Insert(uint32_t number, const Pinned& pinned) {
    const size_t shape = ShapeOf(pinned);
    for (const int type : pinned.types) {
      std::vector<uint32_t>& shapes = index_->shapes_by_type_[static_cast<size_t>(type)];
      if (std::find(shapes.begin(), shapes.end(), shape) == shapes.end()) {
        shapes.push_back(static_cast<uint32_t>(shape));
      }
      if (pinned.typed) {
        InsertCombinations(number, pinned.facts, ShapeKey(shape, type));
      }
    }
    if (!pinned.typed) {
      InsertCombinations(number, pinned.facts, ShapeKey(shape, 0));
    }
  }

  void InsertCombinations(uint32_t number, absl::Span<const Fact> facts, uint64_t key) {
    if (facts.empty()) {
      lists_[key].push_back(number);
      return;
    }
    for (const uint64_t value : facts.front().values) {
      InsertCombinations(number, facts.subspan(1), Mix(key, value));
    }
  }

  void Flatten() {
    index_->buckets_.reserve(lists_.size());
    for (auto& [key, list] : lists_) {
      // Two combinations of one condition may share a key when hashes collide.
      list.erase(std::unique(list.begin(), list.end()), list.end());
      const auto begin = static_cast<uint32_t>(index_->numbers_.size());
      index_->numbers_.insert(index_->numbers_.end(), list.begin(), list.end());
      index_->buckets_[key] = {begin, static_cast<uint32_t>(index_->numbers_.size())};
    }
  }

  absl::Span<const Condition> conditions_;
  FactPaths* paths_;
  ConditionIndex* index_;
  std::map<int, std::set<uint64_t>> values_of_path_;
  std::map<std::pair<bool, std::vector<int>>, size_t> shape_numbers_;
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> lists_;
};

ConditionIndex::ConditionIndex(absl::Span<const Condition> conditions, FactPaths* paths) {
  Builder(conditions, paths, this).Build();
}

void ConditionIndex::Find(v1::EventType type, const FactHashes& hashes, Candidates* found) const {
  const size_t before = found->size();
  size_t lists = 0;
  for (const uint32_t number : shapes_by_type_[static_cast<size_t>(AsIndex(type))]) {
    const Shape& shape = shapes_[number];
    uint64_t key = ShapeKey(number, shape.typed ? type : 0);
    for (const int path : shape.paths) {
      key = Mix(key, hashes[static_cast<size_t>(path)]);
    }
    const auto bucket = buckets_.find(key);
    if (bucket != buckets_.end()) {
      found->insert(found->end(), numbers_.begin() + bucket->second.begin,
                    numbers_.begin() + bucket->second.end);
      ++lists;
    }
  }
  if (lists > 1) {
    const auto begin = found->begin() + static_cast<std::ptrdiff_t>(before);
    std::sort(begin, found->end());
    found->erase(std::unique(begin, found->end()), found->end());
  }
}

namespace {

ConditionIndex IndexRules(const RuleSet& rule_set, FactPaths* paths) {
  std::vector<ConditionIndex::Condition> conditions;
  conditions.reserve(rule_set.rules.size());
  for (const Rule& rule : rule_set.rules) {
    conditions.push_back({rule.on, rule.condition.has_value() ? &*rule.condition : nullptr});
  }
  return ConditionIndex(conditions, paths);
}

ConditionIndex IndexTouchpoints(const JourneyDefinition& journey, FactPaths* paths) {
  std::vector<ConditionIndex::Condition> conditions;
  conditions.reserve(journey.touchpoints.size());
  for (const Touchpoint& touchpoint : journey.touchpoints) {
    conditions.push_back(
        {touchpoint.on, touchpoint.condition.has_value() ? &*touchpoint.condition : nullptr});
  }
  return ConditionIndex(conditions, paths);
}

}  // namespace

RuleIndex::RuleIndex(const RuleSet& rule_set) : rules_(IndexRules(rule_set, &paths_)) {
  touchpoints_.reserve(rule_set.journeys.size());
  for (const JourneyDefinition& journey : rule_set.journeys) {
    touchpoints_.push_back(IndexTouchpoints(journey, &paths_));
  }
  for (size_t number = 0; number < rule_set.rules.size(); ++number) {
    if (!rule_set.rules[number].after_silence.empty()) silence_rules_.push_back(number);
    numbers_by_id_.try_emplace(rule_set.rules[number].id, static_cast<int>(number));
  }
}

int RuleIndex::NumberOf(std::string_view rule_id) const {
  const auto found = numbers_by_id_.find(AbslView(rule_id));
  return found == numbers_by_id_.end() ? -1 : found->second;
}

std::shared_ptr<const RuleIndex> BuildIndex(const RuleSet& rule_set) {
  return std::make_shared<const RuleIndex>(rule_set);
}

}  // namespace waypost::rules
