#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "api/v1/mapping_yaml.h"
#include "tests/support/catch.h"
#include "tests/unit/api/texts.h"

using namespace certloop::v1;
using certloop::v1::testing::print;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "certloop-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  std::string at(const std::string& name) const { return (path_ / name).string(); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_{};
};

std::string faults_of(const std::string& path, const MappingLimits& limits = {}) {
  const auto texts = read_mapping_files(path, limits);
  return texts ? "no fault" : print(texts.error());
}

}  // namespace

TEST_CASE("one file is read under the name it was asked by, whatever its ending") {
  const Folder folder;
  const std::string path = folder.write("mapping.txt", std::string("a\0b", 3));
  const auto texts = read_mapping_files(path);
  REQUIRE(texts);
  REQUIRE(texts->size() == 1);
  CHECK(texts->front().name == path);
  CHECK(texts->front().text == std::string("a\0b", 3));
}

TEST_CASE("a folder gives its mappings in the order of their names") {
  const Folder folder;
  folder.write("b.yml", "b");
  folder.write("a.yaml", "a");
  folder.write("c.yaml", "");
  folder.write("README.md", "no");
  folder.write(".hidden.yaml", "no");
  folder.write("yaml", "no");
  fs::create_directory(folder.path() / "deeper.yaml");
  const auto texts = read_mapping_files(folder.path().string());
  REQUIRE(texts);
  REQUIRE(texts->size() == 3);
  CHECK((*texts)[0].name == folder.at("a.yaml"));
  CHECK((*texts)[1].text == "b");
  CHECK((*texts)[2].name == folder.at("c.yaml"));
}

TEST_CASE("a mounted config map is read through its links, once") {
  const Folder folder;
  fs::create_directory(folder.path() / "..2024_01_01");
  folder.write("..2024_01_01/shop.yaml", "new");
  fs::create_directory_symlink("..2024_01_01", folder.path() / "..data");
  fs::create_symlink("..data/shop.yaml", folder.path() / "shop.yaml");
  const auto texts = read_mapping_files(folder.path().string());
  REQUIRE(texts);
  REQUIRE(texts->size() == 1);
  CHECK(texts->front().name == folder.at("shop.yaml"));
  CHECK(texts->front().text == "new");
}

TEST_CASE("what cannot be read is a fault that names it") {
  const Folder folder;
  CHECK(faults_of(folder.at("none.yaml")) ==
        folder.at("none.yaml") + ": cannot be opened: No such file or directory\n");
  CHECK(faults_of(folder.path().string()) ==
        folder.path().string() +
            ": there is no mapping in this folder (a mapping's name ends in .yaml or .yml)\n");
  folder.write("a.yaml", "a");
  fs::create_symlink("gone", folder.path() / "dangling.yaml");
  fs::create_symlink("loop.yaml", folder.path() / "loop.yaml");
  CHECK(faults_of(folder.path().string()) ==
        folder.at("dangling.yaml") + ": cannot be opened: No such file or directory\n" +
            folder.at("loop.yaml") + ": cannot be opened: Too many levels of symbolic links\n");
}

TEST_CASE("a named pipe is refused without waiting for a writer") {
  const Folder folder;
  REQUIRE(::mkfifo(folder.at("pipe.yaml").c_str(), 0600) == 0);
  CHECK(faults_of(folder.at("pipe.yaml")) == folder.at("pipe.yaml") + ": is not a regular file\n");
  CHECK(faults_of(folder.path().string()) == folder.at("pipe.yaml") + ": is not a regular file\n");
}

TEST_CASE("the caps of bytes and files hold at their edges") {
  const Folder folder;
  folder.write("a.yaml", std::string(1000, 'a'));
  folder.write("b.yaml", std::string(500, 'b'));
  MappingLimits limits;
  limits.max_bytes = 1000;
  limits.max_total_bytes = 1500;
  limits.max_files = 2;
  CHECK(faults_of(folder.path().string(), limits) == "no fault");
  SECTION("a file") {
    limits.max_bytes = 999;
    CHECK(faults_of(folder.path().string(), limits) ==
          folder.at("a.yaml") + ": longer than 999 bytes (split the file)\n");
  }
  SECTION("all files") {
    limits.max_total_bytes = 1499;
    CHECK(faults_of(folder.path().string(), limits) ==
          folder.path().string() + ": the mappings are longer than 1499 bytes together\n");
  }
  SECTION("number of files") {
    folder.write("c.yaml", "c");
    CHECK(faults_of(folder.path().string(), limits) ==
          folder.path().string() + ": more than 2 mapping files (join some of them)\n");
  }
}
