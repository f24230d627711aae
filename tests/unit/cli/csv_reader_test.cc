// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/csv_reader.h"

#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::cli {
namespace {

using Records = std::vector<std::vector<std::string>>;

absl::StatusOr<Records> ReadAll(std::string text, std::vector<int64_t>* lines = nullptr,
                                char delimiter = ',') {
  CsvReader reader(InputStream::FromText(std::move(text)), delimiter);
  Records records;
  std::vector<std::string_view> fields;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&fields);
    if (!more.ok()) {
      return more.status();
    }
    if (!*more) {
      return records;
    }
    records.emplace_back(fields.begin(), fields.end());
    if (lines != nullptr) {
      lines->push_back(reader.line());
    }
  }
}

struct Case {
  std::string name;
  std::string text;
  Records want;
};

class CsvReaderTest : public testing::TestWithParam<Case> {};

TEST_P(CsvReaderTest, ReadsTheRecords) {
  const absl::StatusOr<Records> records = ReadAll(GetParam().text);
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(*records, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc4180, CsvReaderTest,
    testing::Values(
        Case{"Nothing", "", {}}, Case{"OnlyAByteOrderMark", "\xEF\xBB\xBF", {}},
        Case{"LineFeeds", "a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
        Case{"CarriageReturns", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
        Case{"NoBreakAtTheEnd", "a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
        Case{"ByteOrderMark", "\xEF\xBB\xBF\"a\",b\n", {{"a", "b"}}},
        Case{"EmptyFields", ",\n,,\n", {{"", ""}, {"", "", ""}}},
        Case{"EmptyLinesAreSkipped", "a\n\n\r\nb\n", {{"a"}, {"b"}}},
        Case{"QuotedDelimiter", "\"a,b\",c\n", {{"a,b", "c"}}},
        Case{"QuotedBreaks", "\"a\r\nb\",c\n", {{"a\r\nb", "c"}}},
        Case{"DoubledQuotes", "\"say \"\"hello\"\"\",\"\"\"\"\n", {{"say \"hello\"", "\""}}},
        Case{"EmptyQuotedField", "\"\",x\n", {{"", "x"}}},
        Case{"QuoteWithinAnUnquotedField",
             "19\" rack,5\"\"\nx,y\n",
             {{"19\" rack", "5\"\""}, {"x", "y"}}}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(CsvReaderTest, TellsTheLineOnWhichARecordBegins) {
  std::vector<int64_t> lines;
  ASSERT_TRUE(ReadAll("head\n\"two\nlines\"\n\nlast\n", &lines).ok());
  EXPECT_THAT(lines, testing::ElementsAre(1, 2, 5));
}

TEST(CsvReaderTest, TakesAnotherDelimiter) {
  const absl::StatusOr<Records> records = ReadAll("a;\"b;c\"\n", nullptr, ';');
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(*records, (Records{{"a", "b;c"}}));
}

TEST(CsvReaderTest, RefusesAQuoteThatIsNeverClosed) {
  EXPECT_EQ(ReadAll("a,b\nc,\"d\ne\n").status().message(),
            "line 2: the last record does not end; is a quote left open?");
  EXPECT_EQ(ReadAll("a\n\"" + std::string(5 << 20, 'x')).status().message(),
            "line 2: the record does not end within 4 MiB; is a quote left open?");
}

TEST(CsvReaderTest, RefusesTextAfterAClosingQuote) {
  EXPECT_EQ(ReadAll("a,b\nc,\"d\"e\n").status().message(),
            "line 2: column 2 has text after its closing quote; a quote inside a quoted field is "
            "written twice");
}

}  // namespace
}  // namespace waypost::cli
