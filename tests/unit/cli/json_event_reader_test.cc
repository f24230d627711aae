// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/json_event_reader.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::cli {
namespace {

// What was read, as "LINE:event_id" or "LINE:!" for a broken one.
std::vector<std::string> ReadAll(std::string text) {
  JsonEventReader reader(InputStream::FromText(std::move(text)));
  std::vector<std::string> read;
  ReadEvent next;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&next);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) {
      return read;
    }
    read.push_back(absl::StrCat(next.line, ":", next.status.ok() ? next.event.event_id() : "!"));
  }
}

struct Case {
  std::string name;
  std::string text;
  std::vector<std::string> want;
};

class JsonEventReaderTest : public testing::TestWithParam<Case> {};

TEST_P(JsonEventReaderTest, ReadsTheEvents) {
  EXPECT_EQ(ReadAll(GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, JsonEventReaderTest,
    testing::Values(
        Case{"Nothing", "", {}}, Case{"OnlySpace", " \n\n", {}},
        Case{"Lines", "{\"eventId\":\"a\"}\n{\"eventId\":\"b\"}\n", {"1:a", "2:b"}},
        Case{"SnakeCase", "{\"event_id\":\"a\"}", {"1:a"}},
        Case{"SeveralLines",
             "{\n  \"eventId\": \"a\",\n  \"actor\": {\n  }\n}\n{\"eventId\":\"b\"}",
             {"1:a", "6:b"}},
        Case{"Array", "[\n{\"eventId\":\"a\"},\n{\"eventId\":\"b\"}\n]\n", {"2:a", "3:b"}},
        Case{"BracketsInStrings",
             "{\"eventId\":\"}{\\\"]\"}\n{\"eventId\":\"b\"}",
             {"1:}{\"]", "2:b"}},
        Case{"ABrokenLineFailsAlone",
             "{\"eventId\":\"a\"\n{\"eventId\":\"b\"}\nword\n{\"eventId\":\"c\"}",
             {"1:!", "2:b", "3:!", "4:c"}},
        Case{"AnUnknownFieldFailsAlone", "{\"evntId\":\"a\"}\n{\"eventId\":\"b\"}", {"1:!", "2:b"}},
        Case{"CutOffAtTheEnd", "{\"eventId\":\"a\"}\n{\"eventId\":\"b", {"1:a", "2:!"}}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(JsonEventReaderTest, SaysWhatIsWrong) {
  JsonEventReader reader(InputStream::FromText("{\"evntId\":\"a\"}"));
  ReadEvent next;
  ASSERT_TRUE(reader.Next(&next).ok());
  EXPECT_THAT(std::string(next.status.message()), testing::HasSubstr("evntId"));
}

}  // namespace
}  // namespace waypost::cli
