// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/value.h"

#include <cmath>
#include <limits>
#include <thread>

#include "gtest/gtest.h"

namespace waypost::cel {
namespace {

Value Pair(Value first, Value second) { return Value::List({std::move(first), std::move(second)}); }

TEST(ValueTest, HoldsWhatItWasMadeOf) {
  EXPECT_TRUE(Value().is_null());
  EXPECT_TRUE(Value::Bool(true).AsBool());
  EXPECT_EQ(Value::Int(-5).AsInt(), -5);
  EXPECT_EQ(Value::Uint(5).AsUint(), 5u);
  EXPECT_EQ(Value::Double(2.5).AsDouble(), 2.5);
  EXPECT_EQ(Value::String("owned").AsString(), "owned");
  EXPECT_EQ(Value::StringView("borrowed").AsString(), "borrowed");
  EXPECT_EQ(Value::Bytes(std::string("\0\xff", 2)).AsBytes(), std::string_view("\0\xff", 2));
  EXPECT_EQ(Value::TypeName("int").AsTypeName(), "int");
  EXPECT_EQ(Value::Error("no").ErrorMessage(), "no");
  EXPECT_EQ(Value::OptionalNone().AsOptional(), nullptr);
  EXPECT_EQ(*Value::OptionalOf(Value::Int(1)).AsOptional(), Value::Int(1));
}

TEST(ValueTest, BorrowedTextIsNotCopied) {
  const std::string text = "a text of the host that is longer than any small buffer";
  const Value value = Value::StringView(text);
  const Value copy = value;  // NOLINT(performance-unnecessary-copy-initialization): what is tested
  EXPECT_EQ(copy.AsString().data(), text.data());
}

TEST(ValueTest, OwnedTextOutlivesTheValueItWasCopiedFrom) {
  Value copy;
  {
    const Value value = Value::String("a text of its own that is longer than any small buffer");
    copy = value;
  }
  EXPECT_EQ(copy.AsString(), "a text of its own that is longer than any small buffer");
}

TEST(ValueTest, MovedFromValueIsNull) {
  Value value = Value::String("text");
  const Value moved = std::move(value);
  EXPECT_TRUE(value.is_null());  // NOLINT(bugprone-use-after-move): the contract says so
  EXPECT_EQ(moved.AsString(), "text");
}

TEST(ValueTest, CopiesMayBeUsedFromSeveralThreads) {
  const Value shared = Value::List({Value::String("one"), Value::String("two")});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([shared] {
      for (int turn = 0; turn < 1000; ++turn) {
        const Value copy = shared;  // NOLINT(performance-unnecessary-copy-initialization)
        EXPECT_EQ(copy.AsList().At(1).AsString(), "two");
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(ValueTest, TimesKeepNanosecondsOnBothSidesOfTheEpoch) {
  for (const int64_t nanoseconds : {0L, 1L, 999999999L, -1L, -999999999L, -1500000000L}) {
    const absl::Time time = absl::FromUnixNanos(nanoseconds);
    EXPECT_EQ(Value::Timestamp(time).AsTimestamp(), time) << nanoseconds;
    const absl::Duration duration = absl::Nanoseconds(nanoseconds);
    EXPECT_EQ(Value::Duration(duration).AsDuration(), duration) << nanoseconds;
  }
}

TEST(ValueTest, TimesBeyondTheRangeOfCelAreClamped) {
  EXPECT_EQ(Value::Timestamp(absl::InfiniteFuture()).ToDisplayString(),
            "9999-12-31T23:59:59.999999999Z");
  EXPECT_EQ(Value::Timestamp(absl::InfinitePast()).ToDisplayString(), "0001-01-01T00:00:00Z");
  EXPECT_EQ(Value::Duration(absl::InfiniteDuration()).ToDisplayString(), "315576000000s");
  EXPECT_EQ(Value::Duration(-absl::InfiniteDuration()).ToDisplayString(), "-315576000000s");
}

TEST(ValueTest, EqualityIsThatOfCel) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(Value::Int(1), Value::Uint(1));
  EXPECT_EQ(Value::Int(1), Value::Double(1));
  EXPECT_FALSE(Value::Int(-1) == Value::Uint(std::numeric_limits<uint64_t>::max()));
  EXPECT_FALSE(Value::Double(nan) == Value::Double(nan));
  EXPECT_FALSE(Value::Int(1) == Value::String("1"));
  EXPECT_FALSE(Value::Error("x") == Value::Error("x"));
  EXPECT_EQ(Pair(Value::Int(1), Value::Null()), Pair(Value::Double(1), Value::Null()));
  EXPECT_FALSE(Pair(Value::Int(1), Value::Int(2)) == Pair(Value::Int(2), Value::Int(1)));
  EXPECT_EQ(Value::Map({{Value::Int(1), Value::Int(2)}, {Value::Int(3), Value::Int(4)}}),
            Value::Map({{Value::Uint(3), Value::Int(4)}, {Value::Uint(1), Value::Int(2)}}));
}

TEST(ValueTest, LargeMapsFindKeysOfAnyNumericKind) {
  std::vector<std::pair<Value, Value>> entries;
  for (int64_t i = 0; i < 100; ++i) {
    entries.emplace_back(Value::Int(i), Value::Int(i * i));
    entries.emplace_back(Value::String(std::to_string(i)), Value::Int(-i));
  }
  const Value map = Value::Map(std::move(entries));
  Value found;
  ASSERT_TRUE(map.AsMap().Find(Value::Uint(70), &found));
  EXPECT_EQ(found, Value::Int(4900));
  ASSERT_TRUE(map.AsMap().Find(Value::Double(70), &found));
  EXPECT_EQ(found, Value::Int(4900));
  ASSERT_TRUE(map.AsMap().Find(Value::StringView("70"), &found));
  EXPECT_EQ(found, Value::Int(-70));
  EXPECT_FALSE(map.AsMap().Find(Value::Double(70.5), &found));
  EXPECT_FALSE(map.AsMap().Find(Value::Null(), &found));
}

struct DisplayRow {
  const char* name;
  Value value;
  const char* text;
};

TEST(ValueTest, DisplayStringsAreFitForMessages) {
  const DisplayRow rows[] = {
      {"null", Value::Null(), "null"},
      {"bool", Value::Bool(false), "false"},
      {"int", Value::Int(3), "3"},
      {"uint", Value::Uint(3), "3u"},
      {"double", Value::Double(0.1), "0.1"},
      {"large double", Value::Double(1000000), "1000000"},
      {"whole double", Value::Double(3), "3"},
      {"string", Value::StringView("P1"), "\"P1\""},
      {"quotes", Value::StringView("a \"b\" \n"), "\"a \\\"b\\\" \\n\""},
      {"unicode", Value::StringView("Zürich"), "\"Zürich\""},
      {"list", Pair(Value::Int(1), Value::StringView("x")), "[1, \"x\"]"},
      {"map", Value::Map({{Value::StringView("k"), Value::Int(1)}}), "{\"k\": 1}"},
      {"time", Value::Timestamp(absl::FromUnixMillis(1772355600500)), "2026-03-01T09:00:00.5Z"},
      {"duration", Value::Duration(absl::Minutes(90)), "5400s"},
      {"type", Value::TypeName("int"), "int"},
      {"none", Value::OptionalNone(), "optional.none()"},
  };
  for (const DisplayRow& row : rows) {
    EXPECT_EQ(row.value.ToDisplayString(), row.text) << row.name;
  }
}

TEST(ValueTest, LongDisplayStringsAreShortenedBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "é";
  }
  const std::string shown = Value::StringView(text).ToDisplayString();
  EXPECT_LE(shown.size(), 210u);
  EXPECT_EQ(shown.substr(shown.size() - 5), "é...");
}

}  // namespace
}  // namespace waypost::cel
