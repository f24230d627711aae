// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/base/clock.h"
#include "sidecar/cli/json_writer.h"
#include "sidecar/cli/map_text.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/output.h"
#include "sidecar/cli/progress_bar.h"
#include "sidecar/cli/table.h"

namespace waypost::cli {
namespace {

TEST(TableTest, LinesUpWhatPeopleRead) {
  Table table({{"Name"}, {"Count", Table::Align::kRight}, {"Note"}});
  table.AddRow({"Zoë", "1", "x"});
  table.AddRow({"Bartholomew", "1,234"});
  std::ostringstream out;
  table.Print(out, "  ");
  EXPECT_EQ(out.str(),
            "  Name         Count  Note\n"
            "  Zoë              1  x\n"
            "  Bartholomew  1,234\n");
}

TEST(TableTest, GroupsThousands) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(141712), "141,712");
  EXPECT_EQ(WithThousands(-1234567), "-1,234,567");
}

TEST(TableTest, ShowsTextsOfOthersWithoutTheirControlCharacters) {
  Table table({{"Group"}, {"Count"}});
  table.AddRow({"\x1b[2J", "1"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(), "Group    Count\n\\x1b[2J  1\n");
}

TEST(NamesTest, CountsThings) {
  EXPECT_EQ(Counted(0, "journey"), "0 journeys");
  EXPECT_EQ(Counted(1, "journey"), "1 journey");
  EXPECT_EQ(Counted(1234, "journey"), "1,234 journeys");
  EXPECT_EQ(Counted(1, "story", "stories"), "1 story");
  EXPECT_EQ(Counted(2, "story", "stories"), "2 stories");
}

TEST(EmotionTest, HasASignOnlyWhereItIsNotZero) {
  EXPECT_EQ(EmotionNumber(1.25), "+1.2");
  EXPECT_EQ(EmotionNumber(-0.3), "-0.3");
  EXPECT_EQ(EmotionNumber(0.04), "0.0");
  EXPECT_EQ(EmotionNumber(-0.04), "0.0");
}

TEST(JsonWriterTest, NestsAndSeparates) {
  JsonWriter json;
  json.BeginObject().Key("a").Int(1).Key("b").BeginArray().String("x").Bool(false).EndArray();
  json.Key("c").BeginObject().EndObject().Key("d").Double(0.5);
  json.Key("e").Double(std::numeric_limits<double>::infinity()).EndObject();
  EXPECT_EQ(json.Take(),
            "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    false\n  ],\n  \"c\": {},\n"
            "  \"d\": 0.5,\n  \"e\": null\n}\n");
}

TEST(JsonWriterTest, EscapesTexts) {
  EXPECT_EQ(JsonString("a\"b\\c\n\t\r\x01 é"), "\"a\\\"b\\\\c\\n\\t\\r\\u0001 é\"");
  EXPECT_EQ(JsonString("a\xFFz\xC3"), "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\"");
}

TEST(ProgressBarTest, TellsShareRateAndTimeLeft) {
  VirtualClock clock(absl::UnixEpoch());
  std::ostringstream out;
  ProgressBar bar(out, true, 1000, "events", clock);
  clock.Advance(absl::Seconds(2));
  bar.Update(250, 5000);
  EXPECT_EQ(out.str(),
            "\r[=======>                      ]  25 %  5,000 events  2,500/s  6 s left\033[K");
}

TEST(ProgressBarTest, DrawsAtMostTenTimesASecond) {
  VirtualClock clock(absl::UnixEpoch());
  std::ostringstream out;
  ProgressBar bar(out, true, 0, "events", clock);
  bar.Update(1, 1);
  const std::string first = out.str();
  EXPECT_EQ(first, "\r1 events  0/s\033[K");
  bar.Update(2, 2);
  EXPECT_EQ(out.str(), first);
  clock.Advance(absl::Milliseconds(100));
  bar.Update(3, 3);
  EXPECT_NE(out.str(), first);
}

TEST(ProgressBarTest, IsSilentWithoutATerminal) {
  std::ostringstream out;
  ProgressBar bar(out, false, 10, "events", SystemClock());
  bar.Update(1, 1);
  bar.Finish();
  EXPECT_EQ(out.str(), "");
}

TEST(OutputTest, HasNoColoursWithoutATerminal) {
  std::ostringstream out;
  std::ostringstream err;
  const Output output(out, err);
  EXPECT_EQ(output.Paint("text", Colour::kRed), "text");
  EXPECT_EQ(output.Fail(kExitUsage, "wrong"), kExitUsage);
  EXPECT_EQ(err.str(), "waypost: wrong\n");
}

TEST(OutputTest, KeepsOnlyLineBreaksOfAMessage) {
  std::ostringstream err;
  const Output output(err, err);
  EXPECT_EQ(output.Paint("a\x1b[1m\nb", Colour::kRed), "a\\x1b[1m\\x0ab");
  output.Fail(kExitFailure, "a\x1b[1m\nb");
  EXPECT_EQ(err.str(), "waypost: a\\x1b[1m\nb\n");
}

TEST(OutputTest, ChoosesTheExitCode) {
  std::ostringstream stream;
  const Output output(stream, stream);
  EXPECT_EQ(output.Fail(absl::UnavailableError("x")), kExitUnreachable);
  EXPECT_EQ(output.Fail(absl::DeadlineExceededError("x")), kExitUnreachable);
  EXPECT_EQ(output.Fail(absl::InvalidArgumentError("x")), kExitRefused);
  EXPECT_EQ(output.Fail(absl::NotFoundError("x")), kExitFailure);
}

}  // namespace
}  // namespace waypost::cli
