// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/watcher.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace waypost::rules {
namespace {

namespace fs = std::filesystem;

// Counts calls and lets a test wait for the next.
class Calls {
 public:
  void Count() {
    const absl::MutexLock lock(&mutex_);
    ++count_;
  }

  // False when there is no call beyond those awaited before within ten seconds.
  bool AwaitNext() {
    const absl::MutexLock lock(&mutex_);
    const auto more = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return count_ > awaited_; };
    const bool called = mutex_.AwaitWithTimeout(absl::Condition(&more), absl::Seconds(10));
    awaited_ = count_;
    return called;
  }

 private:
  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
  int awaited_ ABSL_GUARDED_BY(mutex_) = 0;
};

class WatcherTest : public testing::Test {
 protected:
  void Start(const std::string& path) {
    auto watcher = Watcher::Start(
        path, [this] { calls_.Count(); }, absl::Milliseconds(20));
    ASSERT_TRUE(watcher.ok()) << watcher.status();
    watcher_ = *std::move(watcher);
  }

  static void Write(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }

  TemporaryFolder folder_;
  Calls calls_;
  std::unique_ptr<Watcher> watcher_;
};

TEST_F(WatcherTest, TellsOfAWrittenFile) {
  const std::string file = folder_.File("rules.yaml");
  Write(file, "a");
  Start(file);
  Write(file, "b");
  EXPECT_TRUE(calls_.AwaitNext());
}

TEST_F(WatcherTest, TellsOfAHolidayFileBesideTheFile) {
  const std::string file = folder_.File("rules.yaml");
  Write(file, "a");
  Start(file);
  Write(folder_.File("holidays.ics"), "b");
  EXPECT_TRUE(calls_.AwaitNext());
}

TEST_F(WatcherTest, TellsOfAFileReplacedByRenaming) {
  const std::string file = folder_.File("rules.yaml");
  Write(file, "a");
  Start(file);
  for (int i = 0; i < 2; ++i) {
    Write(folder_.File("rules.yaml.new"), "b");
    fs::rename(folder_.File("rules.yaml.new"), file);
    EXPECT_TRUE(calls_.AwaitNext());
  }
}

TEST_F(WatcherTest, TellsOfFilesAddedToAndRemovedFromAFolder) {
  Start(folder_.path());
  Write(folder_.File("a.yaml"), "a");
  EXPECT_TRUE(calls_.AwaitNext());
  fs::remove(folder_.File("a.yaml"));
  EXPECT_TRUE(calls_.AwaitNext());
}

TEST_F(WatcherTest, TellsOfAFolderThatIsReplaced) {
  const std::string rules = folder_.File("rules");
  fs::create_directory(rules);
  Start(rules);
  fs::rename(rules, folder_.File("old"));
  EXPECT_TRUE(calls_.AwaitNext());
  fs::create_directory(rules);
  EXPECT_TRUE(calls_.AwaitNext());
  Write(rules + "/a.yaml", "a");
  EXPECT_TRUE(calls_.AwaitNext());
}

// A ConfigMap is mounted as a folder of links to ..data/NAME; ..data is a link to a folder with a
// date in its name. An update makes a new folder and renames a new link over ..data.
class ConfigMap {
 public:
  explicit ConfigMap(std::string mount) : mount_(std::move(mount)) {
    Update();
    fs::create_symlink("..data/rules.yaml", mount_ + "/rules.yaml");
  }

  void Update() {
    const std::string version = "..version" + std::to_string(++version_);
    fs::create_directory(mount_ + "/" + version);
    std::ofstream(mount_ + "/" + version + "/rules.yaml") << version;
    fs::create_symlink(version, mount_ + "/..data_tmp");
    fs::rename(mount_ + "/..data_tmp", mount_ + "/..data");
    if (version_ > 1) {
      fs::remove_all(mount_ + "/..version" + std::to_string(version_ - 1));
    }
  }

 private:
  std::string mount_;
  int version_ = 0;
};

TEST_F(WatcherTest, TellsOfEveryConfigMapUpdateOfAFolder) {
  ConfigMap config_map(folder_.path());
  Start(folder_.path());
  for (int i = 0; i < 3; ++i) {
    config_map.Update();
    EXPECT_TRUE(calls_.AwaitNext()) << i;
  }
}

TEST_F(WatcherTest, TellsOfEveryConfigMapUpdateOfAFile) {
  ConfigMap config_map(folder_.path());
  Start(folder_.File("rules.yaml"));
  for (int i = 0; i < 3; ++i) {
    config_map.Update();
    EXPECT_TRUE(calls_.AwaitNext()) << i;
  }
}

TEST_F(WatcherTest, TellsOfALinkThatPointsElsewhere) {
  fs::create_directory(folder_.File("v1"));
  fs::create_directory(folder_.File("v2"));
  fs::create_directory_symlink("v1", folder_.File("rules"));
  Start(folder_.File("rules"));
  fs::create_directory_symlink("v2", folder_.File("new"));
  fs::rename(folder_.File("new"), folder_.File("rules"));
  EXPECT_TRUE(calls_.AwaitNext());
  Write(folder_.File("v2/a.yaml"), "a");
  EXPECT_TRUE(calls_.AwaitNext());
}

TEST_F(WatcherTest, TellsOfAnEditOfWhatALinkInTheFolderLeadsTo) {
  const TemporaryFolder elsewhere;
  const TemporaryFolder between;
  Write(elsewhere.File("rules.yaml"), "a");
  fs::create_symlink(elsewhere.File("rules.yaml"), between.File("link"));
  fs::create_symlink(between.File("link"), folder_.File("linked.yaml"));
  fs::create_symlink(between.File("missing"), folder_.File("dangling.yaml"));
  Start(folder_.path());
  Write(elsewhere.File("rules.yaml"), "b");
  EXPECT_TRUE(calls_.AwaitNext());
  Write(between.File("missing"), "a");
  EXPECT_TRUE(calls_.AwaitNext());
  Write(between.File("missing"), "b");
  EXPECT_TRUE(calls_.AwaitNext());
}

TEST_F(WatcherTest, TellsOfALinkedFolderOnTheWayOfALinkThatPointsElsewhere) {
  const TemporaryFolder elsewhere;
  fs::create_directory(elsewhere.File("v1"));
  fs::create_directory(elsewhere.File("v2"));
  Write(elsewhere.File("v1/a.yaml"), "a");
  Write(elsewhere.File("v2/a.yaml"), "b");
  fs::create_directory_symlink("v1", elsewhere.File("current"));
  fs::create_symlink(elsewhere.File("current/a.yaml"), folder_.File("a.yaml"));
  Start(folder_.path());
  fs::create_directory_symlink("v2", elsewhere.File("new"));
  fs::rename(elsewhere.File("new"), elsewhere.File("current"));
  EXPECT_TRUE(calls_.AwaitNext());
  Write(elsewhere.File("v2/a.yaml"), "c");
  EXPECT_TRUE(calls_.AwaitNext());
}

TEST_F(WatcherTest, RefusesAPathThatDoesNotExist) {
  EXPECT_EQ(Watcher::Start(folder_.File("missing"), [] {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(WatcherTest, StopsAtOnce) {
  Start(folder_.path());
  watcher_.reset();
}

}  // namespace
}  // namespace waypost::rules
