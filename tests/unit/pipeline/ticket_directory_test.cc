// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/ticket_directory.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/store/memory_store.h"
#include "tests/support/status_matchers.h"

namespace waypost::pipeline {
namespace {

constexpr TicketName kTicket{"default", "desk", "T1"};

class TicketDirectoryTest : public ::testing::Test {
 protected:
  std::optional<TicketHome> Find(const TicketName& ticket) {
    const auto home = directory_.Find(ticket);
    EXPECT_THAT(home, testing::IsOk());
    return home.value_or(std::nullopt);
  }

  void WriteRow(const store::TicketRow& row) {
    store::Materialization batch;
    batch.tickets.push_back(row);
    WAYPOST_EXPECT_OK(store_->Materialize(batch));
  }

  std::unique_ptr<store::Store> store_ = store::MakeMemoryStore();
  TicketDirectory directory_{store_.get(), 64};
};

TEST_F(TicketDirectoryTest, OneOfTwoClaimsWins) {
  EXPECT_EQ(Find(kTicket), std::nullopt);
  EXPECT_TRUE(directory_.Claim(kTicket, "ann"));
  EXPECT_FALSE(directory_.Claim(kTicket, "bob"));
  EXPECT_EQ(Find(kTicket)->person_id, "ann");
  directory_.Unclaim(kTicket);
  EXPECT_TRUE(directory_.Claim(kTicket, "bob"));
}

TEST_F(TicketDirectoryTest, AHomeThatIsNotWrittenIsKeptWhateverElseIsRead) {
  EXPECT_TRUE(directory_.Put(kTicket, {"ann", "j-1"}));
  EXPECT_FALSE(directory_.Put(kTicket, {"ann", "j-1"}));
  for (int i = 0; i < 1000; ++i) {
    const std::string ref = absl::StrCat("O", i);
    WriteRow({"default", "desk", ref, "bob", "j-2"});
    EXPECT_EQ(Find({"default", "desk", ref})->person_id, "bob");
  }
  EXPECT_EQ(Find(kTicket)->journey_id, "j-1");
}

TEST_F(TicketDirectoryTest, ARowThatIsOlderThanTheHomeDoesNotReplaceIt) {
  directory_.Put(kTicket, {"ann", "j-1"});
  directory_.Put(kTicket, {"bob", "j-1"});
  const store::TicketRow old_row{"default", "desk", "T1", "ann", "j-1"};
  WriteRow(old_row);
  directory_.Written(old_row);
  EXPECT_EQ(Find(kTicket)->person_id, "bob");
  EXPECT_TRUE(directory_.Unwritten(kTicket).has_value());
}

TEST_F(TicketDirectoryTest, PartsOfNamesDoNotRunTogether) {
  directory_.Put({"a", "b", "c"}, {"ann", "j-1"});
  EXPECT_EQ(Find({"ab", "", "c"}), std::nullopt);
  EXPECT_EQ(Find({"a", "bc", ""}), std::nullopt);
}

}  // namespace
}  // namespace waypost::pipeline
