// SPDX-License-Identifier: Apache-2.0
// In an executable of its own: it replaces the global operator new to count allocations.
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "gtest/gtest.h"
#include "sidecar/cel/program.h"
#include "tests/unit/cel/ticket_fixture.h"

namespace {
std::atomic<int64_t> allocations{0};
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) {
    return memory;
  }
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t /*size*/) noexcept { std::free(memory); }

namespace waypost::cel {
namespace {

TEST(AllocationTest, ConditionsOverHostObjectsDoNotAllocate) {
  const char* const sources[] = {
      R"(ticket.type == 'incident' && ticket.reassignments >= 3 &&
         ticket.requester.tags.exists(t, t == 'vip'))",
      "ticket.priority in ['P1', 'P2', 'P3'] || ticket.type != 'request'",
      "has(ticket.due) && now - ticket.due > duration('1h')",
      "ticket.ref.startsWith('INC') && !(count < 3) && (count > 5 ? true : false)",
      "ticket.comments.exists(c, c.internal && c.author.contains('e'))",
      "ticket.custom.all(k, v, k != v) && 'vip' in ticket.requester.tags",
      "now.getHours('Europe/London') >= 8 && now.getDayOfWeek() < 6",
      "ticket.ref.matches('^INC-[0-9]+$') && ticket.ref.size() > 3",
  };
  TicketWorld world;
  for (const char* source : sources) {
    std::vector<Issue> issues;
    const std::optional<Program> program = world.Compile(source, &issues);
    ASSERT_TRUE(program) << source << ": " << issues.front().message;
    const Value first = program->Evaluate(world.activation());
    ASSERT_EQ(first.kind(), ValueKind::kBool) << source << first.ToDisplayString();
    const int64_t before = allocations;
    const Value value = program->Evaluate(world.activation());
    EXPECT_EQ(allocations - before, 0) << source;
  }
}

}  // namespace
}  // namespace waypost::cel
