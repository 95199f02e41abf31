#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "hack/localcloud/ce/workload.h"

namespace localcloud::run {

// A directory of this user alone for everything that instances find on disk. Made at the first use,
// gone with the object.
class House {
 public:
  House() = default;
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  // The directory of one instance. Throws std::filesystem::filesystem_error.
  std::filesystem::path room(const std::string& project_id, const std::string& instance);

 private:
  std::filesystem::path directory_{};  // empty: not made yet
};

// What one instance finds below its root. An instance is a process, not a container: a mount at
// /etc/tls stands at ROOT/etc/tls, which is where it starts and what LOCALCLOUD_ROOT says.
//
// A mounted directory is built as the kubelet does: the files are links into a hidden directory
// behind the link "..data", and a change exchanges that one link, so that readers see all files of
// before or all of after. A mount with a sub_path is a plain file and never changes.
class Room {
 public:
  using Mounts = std::vector<ce::Surroundings::Mount>;

  // Makes the directory and its mounts, or nothing. Throws std::filesystem::filesystem_error.
  Room(std::filesystem::path root, const Mounts& mounts);
  ~Room();  // with everything in it
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  const std::filesystem::path& root() const { return root_; }

  // Exchanges the files of the mounts whose content differs. Throws as above, and leaves nothing
  // half-made behind then.
  void refresh(const Mounts& mounts);

  // Atomically replaces one file, given as an absolute path of the instance. Throws as above.
  void put(const std::string& path, const std::string& content);

 private:
  std::filesystem::path inside(const std::string& path) const;
  void make(const ce::Surroundings::Mount& mount);
  void make_part(const std::filesystem::path& place, const ce::Surroundings::Mount& mount) const;
  void exchange(const std::filesystem::path& directory, const ce::Surroundings::Mount& mount);

  std::filesystem::path root_;
  Mounts mounts_{};
  unsigned long generation_ = 0;
  std::map<std::string, std::filesystem::path> generations_{};  // of each mount, by its path
};

}  // namespace localcloud::run
