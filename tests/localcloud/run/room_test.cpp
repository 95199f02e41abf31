#include "hack/localcloud/run/room.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/support/catch.h"

using localcloud::run::House;
using localcloud::run::Room;
namespace fs = std::filesystem;

namespace {

using Mount = localcloud::ce::Surroundings::Mount;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Those that do not begin with a dot.
std::vector<std::string> visible(const fs::path& directory) {
  std::vector<std::string> names = names_in(directory);
  std::erase_if(names, [](const std::string& name) { return name.starts_with("."); });
  return names;
}

}  // namespace

TEST_CASE("a mounted secret is a directory of files below the root") {
  House house;
  const Room room(house.room("p", "shop-1"),
                  {{"/etc/certs/www/", "", {{"tls_cert", "A"}, {"tls_key", "B"}}}});
  const fs::path mount = room.root() / "etc/certs/www";
  CHECK(visible(mount) == std::vector<std::string>{"tls_cert", "tls_key"});
  CHECK(read(mount / "tls_cert") == "A");
  CHECK(read(mount / "tls_key") == "B");
  CHECK(fs::is_symlink(mount / "..data"));
}

TEST_CASE("a change reaches all files of a mount by the exchange of one link") {
  House house;
  Room room(house.room("p", "shop-1"), {{"/etc/tls", "", {{"cert", "1"}, {"key", "1"}}}});
  const fs::path mount = room.root() / "etc/tls";
  const fs::path before = fs::read_symlink(mount / "..data");

  SECTION("new content") {
    room.refresh({{"/etc/tls", "", {{"cert", "2"}, {"key", "2"}}}});
    CHECK(read(mount / "cert") == "2");
    CHECK(read(mount / "key") == "2");
    CHECK(fs::read_symlink(mount / "cert") == fs::path("..data/cert"));
    CHECK(fs::read_symlink(mount / "..data") != before);
    CHECK_FALSE(fs::exists(mount / before));
  }
  SECTION("a file comes and another goes") {
    room.refresh({{"/etc/tls", "", {{"cert", "2"}, {"chain", "2"}}}});
    CHECK(visible(mount) == std::vector<std::string>{"cert", "chain"});
    CHECK(read(mount / "chain") == "2");
  }
  SECTION("the same content changes nothing") {
    room.refresh({{"/etc/tls", "", {{"cert", "1"}, {"key", "1"}}}});
    CHECK(fs::read_symlink(mount / "..data") == before);
  }
  SECTION("a mount that is missing stays as it was") {
    room.refresh({});
    CHECK(read(mount / "cert") == "1");
  }
}

TEST_CASE("a mount with a sub path is that one file, and it never changes") {
  House house;
  Room room(house.room("p", "shop-1"), {{"/etc/app.conf", "conf", {{"conf", "1"}, {"x", "y"}}}});
  CHECK(read(room.root() / "etc/app.conf") == "1");
  room.refresh({{"/etc/app.conf", "conf", {{"conf", "2"}, {"x", "y"}}}});
  CHECK(read(room.root() / "etc/app.conf") == "1");
}

TEST_CASE("a sub path that names no file is an empty directory") {
  House house;
  const Room room(house.room("p", "shop-1"), {{"/etc/app", "nothing", {{"key", "secret"}}}});
  CHECK(fs::is_directory(room.root() / "etc/app"));
  CHECK(fs::is_empty(room.root() / "etc/app"));
}

TEST_CASE("links that a workload lays in its room lead nowhere") {
  House house;
  Room room(house.room("p", "shop-1"), {{"/etc/tls", "", {{"cert", "1"}}}});
  const fs::path data = room.root() / "etc/tls/..data";
  const fs::path victim = house.room("p", "victim");
  fs::create_directories(victim);
  fs::remove(data);
  fs::create_directory_symlink(victim, data);
  fs::create_directory_symlink(victim, data.string() + "_tmp");
  room.refresh({{"/etc/tls", "", {{"cert", "2"}}}});
  CHECK(read(room.root() / "etc/tls/cert") == "2");
  CHECK(fs::is_directory(victim));
  CHECK(fs::is_empty(victim));
}

TEST_CASE("a refresh that fails leaves nothing behind, and the next one succeeds") {
  House house;
  Room room(house.room("p", "shop-1"), {{"/etc/tls", "", {{"cert", "1"}}}});
  const fs::path mount = room.root() / "etc/tls";
  const auto before = names_in(mount);

  SECTION("a file whose name no disk takes") {
    const std::string name(300, 'x');
    CHECK_THROWS_AS(room.refresh({{"/etc/tls", "", {{"cert", "2"}, {name, "2"}}}}),
                    fs::filesystem_error);
    CHECK(read(mount / "cert") == "1");
    CHECK(names_in(mount) == before);
  }
  SECTION("a directory of the workload's where the link to the files must go") {
    fs::remove(mount / "..data");
    fs::create_directory(mount / "..data");
    CHECK_THROWS_AS(room.refresh({{"/etc/tls", "", {{"cert", "2"}}}}), fs::filesystem_error);
    CHECK(names_in(mount) == before);
    fs::remove(mount / "..data");
  }
  SECTION("a directory of the workload's where a file must go") {
    fs::create_directory(mount / "chain");
    CHECK_THROWS_AS(room.refresh({{"/etc/tls", "", {{"cert", "2"}, {"chain", "2"}}}}),
                    fs::filesystem_error);
    CHECK(read(mount / "cert") == "2");
    CHECK(names_in(mount).size() == before.size() + 1);
    fs::remove(mount / "chain");
  }
  room.refresh({{"/etc/tls", "", {{"cert", "3"}}}});
  CHECK(read(mount / "cert") == "3");
  CHECK(names_in(mount).size() == before.size());
}

TEST_CASE("a single file that cannot be exchanged leaves nothing behind") {
  House house;
  Room room(house.room("p", "shop-1"), {});
  fs::create_directories(room.root() / "var/token");
  CHECK_THROWS_AS(room.put("/var/token", "one"), fs::filesystem_error);
  CHECK(names_in(room.root() / "var") == std::vector<std::string>{"token"});
}

TEST_CASE("no path and no name leads out of the room") {
  House house;
  const fs::path root = house.room("p", "shop-1");
  const Room room(root, {{"/../../etc/../../x", "", {{"..", "1"}, {"..data", "2"}, {"a", "3"}}}});
  CHECK(read(root / "x/a") == "3");
  CHECK(visible(root / "x") == std::vector<std::string>{"a"});
  CHECK(visible(root.parent_path()) == std::vector<std::string>{"shop-1"});
}

TEST_CASE("a single file is exchanged whole") {
  House house;
  Room room(house.room("p", "shop-1"), {});
  room.put("/var/run/secrets/token", "one");
  room.put("/var/run/secrets/token", "two");
  CHECK(read(room.root() / "var/run/secrets/token") == "two");
  CHECK(visible(room.root() / "var/run/secrets") == std::vector<std::string>{"token"});
}

TEST_CASE("rooms are for their owner's eyes, and gone with their objects") {
  fs::path root;
  fs::path directory;
  {
    House house;
    root = house.room("p", "shop-1");
    directory = root.parent_path().parent_path();
    CHECK(fs::status(directory).permissions() == fs::perms::owner_all);
    { const Room room(root, {{"/etc", "", {{"a", "b"}}}}); }
    CHECK_FALSE(fs::exists(root));
    CHECK(fs::exists(directory));
  }
  CHECK_FALSE(fs::exists(directory));
}

TEST_CASE("mounts that are in each other's way are refused, and nothing is made of them") {
  House house;
  const fs::path root = house.room("p", "shop-1");
  CHECK_THROWS_AS(
      Room(root, {{"/etc/tls", "conf", {{"conf", "file"}}}, {"/etc/tls", "", {{"cert", "1"}}}}),
      fs::filesystem_error);
  CHECK_FALSE(fs::exists(root));
}
