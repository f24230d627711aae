// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/features.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::expectation {
namespace {

using ::testing::ElementsAre;

TicketFeatures Features() {
  return {.category = "Mail",
          .priority = "P3",
          .provider = "desk",
          .group = "Service Desk",
          .status = v1::STATUS_CATEGORY_OPEN,
          .reassignments = 1,
          .bounces = 0};
}

// Which cells another ticket shares with Features().
std::vector<bool> Shared(const TicketFeatures& other) {
  const CellKeys keys = KeysOf(TraitsOf(Features()), 3);
  const CellKeys others = KeysOf(TraitsOf(other), 3);
  std::vector<bool> shared;
  for (size_t i = 0; i < keys.size(); ++i) shared.push_back(keys[i] == others[i]);
  return shared;
}

TEST(FeaturesTest, CellsHoldTicketsThatAreAlike) {
  auto other = Features();
  EXPECT_THAT(Shared(other), ElementsAre(true, true, true, true, true, true));
  other.group = "Network";
  EXPECT_THAT(Shared(other), ElementsAre(false, false, false, true, true, true));
  other = Features();
  other.status = v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER;
  EXPECT_THAT(Shared(other), ElementsAre(false, false, true, false, false, true));
  other = Features();
  other.reassignments = 2;
  EXPECT_THAT(Shared(other), ElementsAre(false, true, true, true, false, true));
  other = Features();
  other.bounces = 1;
  EXPECT_THAT(Shared(other), ElementsAre(false, true, true, true, true, true));
  for (auto text :
       {&TicketFeatures::category, &TicketFeatures::priority, &TicketFeatures::provider}) {
    other = Features();
    other.*text = "other";
    EXPECT_THAT(Shared(other), ElementsAre(true, true, true, false, true, true));
  }
}

TEST(FeaturesTest, NumbersFormRanges) {
  auto left = Features();
  auto right = Features();
  const struct {
    std::string name;
    int32_t left, right;
    bool alike;
  } kCases[] = {{"negative counts as none", -5, 0, true},
                {"none and one", 0, 1, false},
                {"two and three", 2, 3, true},
                {"three and four", 3, 4, false},
                {"four and very many", 4, 2'000'000'000, true}};
  for (const auto& one : kCases) {
    left.reassignments = one.left;
    right.reassignments = one.right;
    EXPECT_EQ(TraitsOf(left) == TraitsOf(right), one.alike) << one.name;
  }
}

TEST(FeaturesTest, NewAndUnspecifiedCountAsOpen) {
  auto other = Features();
  for (const auto status : {v1::STATUS_CATEGORY_NEW, v1::STATUS_CATEGORY_UNSPECIFIED}) {
    other.status = status;
    EXPECT_EQ(TraitsOf(other), TraitsOf(Features()));
  }
}

TEST(FeaturesTest, KeysDifferByKindAndAge) {
  std::set<uint64_t> keys;
  for (size_t age = 0; age < 15; ++age) {
    for (const uint64_t key : KeysOf(TraitsOf(TicketFeatures()), age)) keys.insert(key);
  }
  EXPECT_EQ(keys.size(), 15 * kCellKinds);
}

TEST(FeaturesTest, EveryCellHasADescriptionOfItsOwn) {
  std::set<std::string_view> texts;
  for (size_t kind = 0; kind < kCellKinds; ++kind) {
    texts.insert(DescribeCell(static_cast<CellKind>(kind)));
  }
  EXPECT_EQ(texts.size(), kCellKinds);
  EXPECT_FALSE(texts.contains(""));
}

}  // namespace
}  // namespace waypost::expectation
