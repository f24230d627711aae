// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/page_texts.h"

#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace waypost::survey_page {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kShipped =
    std::string(WAYPOST_SOURCE_DIR) + "/connectors/survey_page/assets/texts.yaml";

class PageTextsTest : public testing::Test {
 protected:
  // With texts of one's own below `languages:`; none when empty.
  std::unique_ptr<const TextCatalog> Load(const std::string& own = "") {
    const std::string path = folder_.File("own.yaml");
    if (!own.empty()) {
      std::ofstream(path) << "apiVersion: waypost/v1\nkind: survey-texts\nlanguages:\n" << own;
    }
    DiagnosticSink sink;
    auto catalog = TextCatalog::Load(kShipped, own.empty() ? "" : path, &sink);
    findings_.clear();
    for (const Diagnostic& finding : sink.Take()) findings_.push_back(finding.ToString());
    return catalog;
  }

  TemporaryFolder folder_;
  std::vector<std::string> findings_;
};

TEST_F(PageTextsTest, ShippedTextsAreWhole) {
  const auto catalog = Load();
  ASSERT_NE(catalog, nullptr) << findings_.front();
  std::vector<std::string> languages;
  for (const PageTexts* texts : catalog->All()) languages.push_back(texts->language());
  EXPECT_THAT(languages, ElementsAre("de", "en"));
}

TEST_F(PageTextsTest, TheFirstLanguageThatIsThereIsTaken) {
  const auto catalog = Load();
  const struct {
    std::vector<std::string> wanted;
    const char* language;
  } kRows[] = {
      {{"de"}, "de"},         {{"de-AT"}, "de"},
      {{"DE-ch-1996"}, "de"}, {{"fr", "de"}, "de"},
      {{"", "de"}, "de"},     {{"en-GB", "de"}, "en"},
      {{"fr"}, "en"},         {{}, "en"},
      {{"d", "deu"}, "en"},   {{"-", "--", "de-"}, "de"},
  };
  for (const auto& row : kRows) EXPECT_EQ(catalog->Choose(row.wanted).language(), row.language);
}

TEST_F(PageTextsTest, TextsReadValues) {
  const auto catalog = Load();
  TextValues values;
  values.ticket = "4711";
  EXPECT_EQ(catalog->Choose({"de"}).Get(TextId::kAbout, values), "Zu Ihrem Anliegen 4711");
}

TEST_F(PageTextsTest, TextsOfOnesOwnReplaceOthers) {
  const auto catalog = Load("  en: {title: 'Rate {{ticket}}'}\n");
  ASSERT_NE(catalog, nullptr) << findings_.front();
  TextValues values;
  values.ticket = "7";
  EXPECT_EQ(catalog->Choose({"en"}).Get(TextId::kTitle, values), "Rate 7");
  EXPECT_EQ(catalog->Choose({"en"}).Get(TextId::kSend), "Send answer");
}

TEST_F(PageTextsTest, MistakesAreTold) {
  const struct {
    const char* own;
    const char* finding;
  } kRows[] = {
      {"  fr: {name: Français}\n", "the language fr has no text \"title\""},
      {"  en: {titel: x}\n", "titel"},
      {"  en: {title: '{{tickets}}'}\n", "tickets"},
      {"  'x y': {title: x}\n", "texts stand under the tag of a language"},
      {"  en: [x]\n", "own.yaml:4:"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(Load(row.own), nullptr) << row.own;
    EXPECT_THAT(findings_, testing::Contains(HasSubstr(row.finding))) << row.own;
  }
}

TEST(AcceptedLanguagesTest, BestFirst) {
  EXPECT_THAT(AcceptedLanguages("fr;q=0.2, de-AT, en;q=0.9, *;q=0.1"),
              ElementsAre("de-AT", "en", "fr"));
  EXPECT_THAT(AcceptedLanguages("de;q=0, en ; q=0.5"), ElementsAre("en"));
  EXPECT_THAT(AcceptedLanguages(""), IsEmpty());
  EXPECT_THAT(AcceptedLanguages(";;,;q=,q,<b>;q=1,de;q=x,en;q=nan"), ElementsAre("q"));
  std::string many = "l0";
  for (int tag = 1; tag < 5000; ++tag) many += ",l" + std::to_string(tag);
  EXPECT_EQ(AcceptedLanguages(many).size(), 10u);
}

}  // namespace
}  // namespace waypost::survey_page
