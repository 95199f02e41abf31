#include "controller/app/mapping_file.h"

#include <malloc.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "api/v1/load.h"
#include "controller/tls/bundle.h"

namespace certloop::app {
namespace {

// What a file is, as far as the file system tells without reading it.
std::string identity(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return path + ":absent\n";
  return path + ":" + std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) + ":" +
         std::to_string(info.st_size) + ":" + std::to_string(info.st_mtim.tv_sec) + "." +
         std::to_string(info.st_mtim.tv_nsec) + ":" + std::to_string(info.st_ctim.tv_sec) + "." +
         std::to_string(info.st_ctim.tv_nsec) + "\n";
}

std::string signature(const std::string& path) {
  std::vector<std::string> parts{identity(path)};
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    std::filesystem::directory_iterator entry(path, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      parts.push_back(identity(entry->path().string()));
    }
  }
  std::sort(parts.begin(), parts.end());
  std::string whole;
  for (const std::string& part : parts) whole += part;
  return whole;
}

}  // namespace

LoadedMapping load_mapping(const std::string& path, const v1::ResolveOptions& options) {
  const auto texts = v1::read_mapping_files(path);
  if (!texts) return tl::make_unexpected(texts.error());
  v1::ResolveOptions with_certificates = options;
  with_certificates.fault_of_authorities = tls::fault_of_authorities;
  return v1::load(*texts, with_certificates);
}

MappingWatcher::MappingWatcher(std::string path, v1::ResolveOptions options, Duration poll,
                               OnLoad on_load)
    : path_(std::move(path)),
      options_(std::move(options)),
      poll_(poll),
      on_load_(std::move(on_load)) {}

MappingWatcher::~MappingWatcher() {
  stop();
}

void MappingWatcher::start() {
  thread_ = std::thread([this] { watch(); });
}

void MappingWatcher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// Reading takes many times the memory that its result keeps: it goes back to the system.
void MappingWatcher::load() {
  on_load_(load_mapping(path_, options_));
  malloc_trim(0);
}

void MappingWatcher::watch() {
  std::string loaded = signature(path_);
  load();
  std::string before = loaded;
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, poll_, [this] { return stopping_; })) {
    lock.unlock();
    const std::string now = signature(path_);
    if (now != loaded && now == before) {
      loaded = now;
      load();
    }
    before = now;
    lock.lock();
  }
}

}  // namespace certloop::app
