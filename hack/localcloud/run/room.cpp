#include "hack/localcloud/run/room.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace localcloud::run {
namespace {

namespace fs = std::filesystem;

// Names that the kubelet keeps for itself, and that lead out of the directory.
bool usable(const std::string& name) {
  return name != "." && !name.starts_with("..") && name.find('/') == std::string::npos;
}

// A path with all below it that goes with this object, if it is there.
class Leftover {
 public:
  explicit Leftover(fs::path path) : path_(std::move(path)) {}
  ~Leftover() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Leftover(const Leftover&) = delete;
  Leftover& operator=(const Leftover&) = delete;

  // That one goes instead; empty: none.
  void become(fs::path path) { path_ = std::move(path); }

 private:
  fs::path path_;
};

void write(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.flush();
  if (!file) {
    throw fs::filesystem_error("cannot write", path, std::make_error_code(std::errc::io_error));
  }
}

// Puts a link where another may be, so that there is always one of the two.
void replace_link(const fs::path& target, const fs::path& link) {
  const fs::path draft = link.string() + "_tmp";
  fs::remove(draft);
  const Leftover unless_renamed(draft);
  fs::create_symlink(target, draft);
  fs::rename(draft, link);
}

}  // namespace

House::~House() {
  std::error_code ignored;
  if (!directory_.empty()) fs::remove_all(directory_, ignored);
}

fs::path House::room(const std::string& project_id, const std::string& instance) {
  if (directory_.empty()) {
    std::string name = (fs::temp_directory_path() / "localcloud-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw fs::filesystem_error("cannot make", name,
                                 std::error_code(errno, std::generic_category()));
    }
    directory_ = name;  // mode 0700
  }
  return directory_ / project_id / instance;
}

Room::Room(fs::path root, const Mounts& mounts) : root_(std::move(root)), mounts_(mounts) {
  Leftover unfinished(root_);
  fs::create_directories(root_);
  for (const auto& mount : mounts_) make(mount);
  unfinished.become({});
}

Room::~Room() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

// Whatever the path says, it leads to a place below the root.
fs::path Room::inside(const std::string& path) const {
  return root_ / (fs::path("/") / path).lexically_normal().relative_path();
}

void Room::make(const ce::Surroundings::Mount& mount) {
  const fs::path place = inside(mount.path);
  if (!mount.sub_path.empty()) return make_part(place, mount);
  fs::create_directories(place);
  exchange(place, mount);
}

// A sub_path is one file of the mount, or an empty directory when there is no such file.
void Room::make_part(const fs::path& place, const ce::Surroundings::Mount& mount) const {
  const auto file = mount.files.find(mount.sub_path);
  if (file == mount.files.end()) {
    fs::create_directories(place);
    return;
  }
  fs::create_directories(place.parent_path());
  write(place, file->second);
}

void Room::refresh(const Mounts& mounts) {
  for (const auto& mount : mounts) {
    const auto known = std::find_if(mounts_.begin(), mounts_.end(), [&](const auto& one) {
      return one.path == mount.path && one.sub_path.empty() && mount.sub_path.empty();
    });
    if (known == mounts_.end() || known->files == mount.files) continue;
    exchange(inside(mount.path), mount);
    known->files = mount.files;
  }
}

void Room::exchange(const fs::path& directory, const ce::Surroundings::Mount& mount) {
  const fs::path data = directory / "..data";
  // Remembered, not read: the workload may have laid a link of its own there.
  const fs::path name = ".." + std::to_string(++generation_);
  Leftover unlinked(directory / name);
  fs::create_directory(directory / name);
  for (const auto& [file, content] : mount.files) {
    if (usable(file)) write(directory / name / file, content);
  }
  replace_link(name, data);
  const fs::path before = std::exchange(generations_[mount.path], name);
  unlinked.become(before.empty() ? before : directory / before);
  for (const auto& [file, content] : mount.files) {
    const fs::path link = directory / file;
    if (usable(file) && !fs::is_symlink(link)) fs::create_symlink(fs::path("..data") / file, link);
  }
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string known = entry.path().filename().string();
    if (usable(known) && entry.is_symlink() && !mount.files.contains(known)) {
      fs::remove(entry.path());
    }
  }
}

void Room::put(const std::string& path, const std::string& content) {
  const fs::path place = inside(path);
  fs::create_directories(place.parent_path());
  const fs::path draft = place.string() + ".new";
  const Leftover unless_renamed(draft);
  write(draft, content);
  fs::rename(draft, place);
}

}  // namespace localcloud::run
