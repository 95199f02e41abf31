#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <vector>

#include "api/v1/binding.h"
#include "controller/core/time.h"

namespace certloop::app {

using LoadedMapping = tl::expected<std::vector<v1::Binding>, std::vector<v1::Fault>>;

// Reads, parses and resolves the mapping at `path` (a file or a folder), with the certificates that
// are written in it.
LoadedMapping load_mapping(const std::string& path, const v1::ResolveOptions& options);

// Loads the mapping at once and again whenever it has changed, on a thread of its own. A change is
// seen by the files' identity (device, inode, size, time) behind every symbolic link, so it also
// sees how a mounted config map is swapped; it is read when it has been the same for one poll, so
// that a file is not read while somebody writes it.
class MappingWatcher {
 public:
  using OnLoad = std::function<void(LoadedMapping)>;
  MappingWatcher(std::string path, v1::ResolveOptions options, Duration poll, OnLoad on_load);
  ~MappingWatcher();  // stops and joins
  void start();
  void stop();

 private:
  void watch();
  void load();

  const std::string path_;
  const v1::ResolveOptions options_;
  const Duration poll_;
  const OnLoad on_load_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace certloop::app
