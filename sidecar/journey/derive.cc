// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/derive.h"

#include <algorithm>

namespace waypost::journey {
namespace {

using internal::v1::Entry;
using internal::v1::TicketProgress;

bool IsText(uint32_t number) { return number > kEmpty; }

bool Differs(uint32_t told, uint32_t before) {
  return told != kUntold && before != kUntold && told != before;
}

// What is told, or what it was before, is not known: nothing speaks for or against a change.
bool Unknown(uint32_t told, uint32_t before) { return told == kUntold || before == kUntold; }

// Groups and assignees: not told means nobody yet.
bool MovesTo(uint32_t told, uint32_t before) {
  return told != kUntold && told != std::max(before, kEmpty);
}

uint32_t After(uint32_t told, uint32_t before) { return told == kUntold ? before : told; }

class Comparison {
 public:
  Comparison(const Entry& entry, const TicketProgress* before)
      : entry_(entry),
        before_(before == nullptr ? TicketProgress::default_instance() : *before),
        first_(before != nullptr && before->opened_at() == 0),
        was_(before_.category()),
        is_(CategoryAfter(entry, before_)) {}

  Changes Run() && {
    if (first_) Add(v1::EVENT_TYPE_CREATED);
    Links();
    Work();
    Status();
    Told();
    if (changes_.empty()) Add(v1::EVENT_TYPE_UPDATED);
    return std::move(changes_);
  }

 private:
  void Add(v1::EventType type, uint32_t from = kUntold, uint32_t to = kUntold) {
    changes_.push_back({type, from, to});
  }
  void AddIf(bool shown, v1::EventType type, uint32_t from = kUntold, uint32_t to = kUntold) {
    if (shown || entry_.type() == type) Add(type, from, to);
  }
  // For types that a snapshot can show: what is told counts where the snapshot is `silent` on it.
  void AddChange(bool shown, bool silent, v1::EventType type, uint32_t from, uint32_t to) {
    if (shown || (silent && entry_.type() == type)) Add(type, from, to);
  }

  void Links() {
    const bool merged = IsText(before_.merged_into());
    AddChange(IsText(entry_.merged_into()) && !merged, !merged && entry_.merged_into() == kUntold,
              v1::EVENT_TYPE_MERGED, before_.merged_into(),
              After(entry_.merged_into(), before_.merged_into()));
    AddIf(IsText(entry_.parent()) && entry_.parent() != before_.parent(), v1::EVENT_TYPE_LINKED,
          before_.parent(), After(entry_.parent(), before_.parent()));
  }

  void Work() {
    AddChange(!first_ && Differs(entry_.priority(), before_.priority()),
              Unknown(entry_.priority(), before_.priority()), v1::EVENT_TYPE_PRIORITY_CHANGED,
              before_.priority(), After(entry_.priority(), before_.priority()));
    if (!first_ && !MovesTo(entry_.group(), before_.group()) &&
        MovesTo(entry_.assignee(), before_.assignee())) {
      Add(v1::EVENT_TYPE_ASSIGNED, before_.assignee(), entry_.assignee());
    } else {
      const bool silent = first_ || (entry_.group() == kUntold && entry_.assignee() == kUntold);
      AddChange(!first_ && MovesTo(entry_.group(), before_.group()), silent,
                v1::EVENT_TYPE_ASSIGNED, before_.group(), After(entry_.group(), before_.group()));
    }
  }

  void Status() {
    const uint32_t from = before_.status();
    const uint32_t to = After(entry_.status(), from);
    const bool moved = was_ != is_;
    const bool known = was_ != v1::STATUS_CATEGORY_UNSPECIFIED;
    const bool category_told = entry_.category() != v1::STATUS_CATEGORY_UNSPECIFIED;
    AddChange(!first_ && (Differs(entry_.status(), from) || (moved && known)),
              Unknown(entry_.status(), from) && (!category_told || !known),
              v1::EVENT_TYPE_STATUS_CHANGED, from, to);
    AddChange(IsEnded(was_) && !IsEnded(is_), !known && !IsEnded(is_), v1::EVENT_TYPE_REOPENED,
              from, to);
    AddChange(IsWaiting(was_) && !IsWaiting(is_) && !IsEnded(is_),
              !known && !IsWaiting(is_) && !IsEnded(is_), v1::EVENT_TYPE_RESUMED, from, to);
    AddChange(moved && IsWaiting(is_), !category_told && !IsWaiting(is_) && !IsEnded(is_),
              v1::EVENT_TYPE_WAITING, from, to);
    for (const v1::EventType type :
         {v1::EVENT_TYPE_RESOLVED, v1::EVENT_TYPE_CLOSED, v1::EVENT_TYPE_CANCELED}) {
      if (moved && is_ == ImpliedCategory(type)) Add(type, from, to);
    }
  }

  void Told() {
    AddChange(false, !before_.deleted(), v1::EVENT_TYPE_DELETED, kUntold, kUntold);
    AddIf(false, v1::EVENT_TYPE_APPROVAL_REQUESTED);
    AddIf(false, v1::EVENT_TYPE_APPROVAL_GRANTED);
    AddIf(false, v1::EVENT_TYPE_APPROVAL_DENIED);
    AddIf(entry_.comment() != v1::VISIBILITY_UNSPECIFIED, v1::EVENT_TYPE_COMMENTED);
    AddIf(false, v1::EVENT_TYPE_FEEDBACK);
    AddIf(false, v1::EVENT_TYPE_PARENT_NEWS, kUntold, After(entry_.parent(), before_.parent()));
    AddIf(false, v1::EVENT_TYPE_CHILD_LINKED);
    AddIf(false, v1::EVENT_TYPE_SURVEY_REQUESTED);
    AddIf(entry_.signal() != kUntold, v1::EVENT_TYPE_SIGNAL, kUntold, entry_.signal());
  }

  const Entry& entry_;
  const TicketProgress& before_;
  const bool first_;
  const v1::StatusCategory was_;
  const v1::StatusCategory is_;
  Changes changes_;
};

}  // namespace

bool OpensByThanks(const Entry& entry, const TicketProgress& before) {
  if (!IsEnded(before.category()) || IsEnded(entry.category())) return false;
  if (entry.thanks()) return true;
  const bool same = After(entry.status(), before.status()) == before.status() &&
                    After(entry.group(), before.group()) == before.group() &&
                    After(entry.assignee(), before.assignee()) == before.assignee() &&
                    entry.comment() == v1::VISIBILITY_UNSPECIFIED;
  return same && entry.category() == before.thanked_category();
}

v1::StatusCategory CategoryAfter(const Entry& entry, const TicketProgress& before) {
  if (OpensByThanks(entry, before)) return before.category();
  return entry.category() == v1::STATUS_CATEGORY_UNSPECIFIED ? before.category() : entry.category();
}

bool IsEnded(v1::StatusCategory category) {
  return category == v1::STATUS_CATEGORY_RESOLVED || category == v1::STATUS_CATEGORY_CLOSED ||
         category == v1::STATUS_CATEGORY_CANCELED;
}

bool IsWaiting(v1::StatusCategory category) {
  return category == v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER ||
         category == v1::STATUS_CATEGORY_WAITING_ON_PROVIDER;
}

v1::StatusCategory ImpliedCategory(v1::EventType type) {
  switch (type) {
    case v1::EVENT_TYPE_RESOLVED:
      return v1::STATUS_CATEGORY_RESOLVED;
    case v1::EVENT_TYPE_CLOSED:
      return v1::STATUS_CATEGORY_CLOSED;
    case v1::EVENT_TYPE_CANCELED:
      return v1::STATUS_CATEGORY_CANCELED;
    case v1::EVENT_TYPE_REOPENED:
    case v1::EVENT_TYPE_RESUMED:
      return v1::STATUS_CATEGORY_OPEN;
    default:
      return v1::STATUS_CATEGORY_UNSPECIFIED;
  }
}

Changes Derive(const Entry& entry, const TicketProgress* before) {
  return Comparison(entry, before).Run();
}

std::vector<v1::DerivedEvent> WithTexts(const Changes& changes, std::string_view names) {
  std::vector<v1::DerivedEvent> events(changes.size());
  for (size_t i = 0; i < changes.size(); ++i) {
    events[i].set_type(changes[i].type);
    if (changes[i].from > kEmpty) events[i].mutable_from()->assign(NameOf(changes[i].from, names));
    if (changes[i].to > kEmpty) events[i].mutable_to()->assign(NameOf(changes[i].to, names));
  }
  return events;
}

}  // namespace waypost::journey
