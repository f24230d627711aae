// SPDX-License-Identifier: Apache-2.0
#include "sidecar/yaml/node.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost::yaml {
namespace {

struct TypeCase {
  std::string name;
  std::string text;
  ScalarStyle style;
  ScalarType want;
};

class TypeOfTest : public testing::TestWithParam<TypeCase> {};

TEST_P(TypeOfTest, FollowsTheCoreSchema) {
  Node node;
  node.kind = NodeKind::kScalar;
  node.text = GetParam().text;
  node.style = GetParam().style;
  EXPECT_EQ(TypeOf(node), GetParam().want);
}

constexpr ScalarStyle kPlain = ScalarStyle::kPlain;

INSTANTIATE_TEST_SUITE_P(
    Rows, TypeOfTest,
    testing::Values(TypeCase{"Word", "abc", kPlain, ScalarType::kText},
                    TypeCase{"True", "true", kPlain, ScalarType::kBoolean},
                    TypeCase{"QuotedTrue", "true", ScalarStyle::kDoubleQuoted, ScalarType::kText},
                    TypeCase{"YesIsText", "yes", kPlain, ScalarType::kText},
                    TypeCase{"Integer", "-12", kPlain, ScalarType::kInteger},
                    TypeCase{"Hexadecimal", "0x1F", kPlain, ScalarType::kInteger},
                    TypeCase{"Number", "1.5e-3", kPlain, ScalarType::kNumber},
                    TypeCase{"Infinity", "-.inf", kPlain, ScalarType::kNumber},
                    TypeCase{"DateIsText", "2026-12-25", kPlain, ScalarType::kText},
                    TypeCase{"DurationIsText", "30m", kPlain, ScalarType::kText},
                    TypeCase{"LoneSign", "-", kPlain, ScalarType::kText},
                    TypeCase{"LonePoint", ".", kPlain, ScalarType::kText},
                    TypeCase{"BlockNumber", "5", ScalarStyle::kLiteral, ScalarType::kText}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost::yaml
