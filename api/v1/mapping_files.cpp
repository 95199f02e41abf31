#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "api/v1/internal/wording.h"
#include "api/v1/mapping_yaml.h"

namespace certloop::v1 {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<SourceText>;
using Faults = std::vector<Fault>;

Fault fault(const std::string& path, std::string message, std::string hint = {}) {
  return {{path, 0, 0}, std::move(message), std::move(hint)};
}

Fault system_fault(const std::string& path, const char* action, int error) {
  return fault(path, std::string(action) + ": " + std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

bool is_regular(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

// Reads one byte more than allowed at most, whatever the file's size says: it may be growing.
tl::expected<std::string, Fault> read_file(const std::string& path, std::size_t max_bytes) {
  // Without O_NONBLOCK the opening of a named pipe would wait for a writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return tl::make_unexpected(system_fault(path, "cannot be opened", errno));
  if (!is_regular(file.get())) return tl::make_unexpected(fault(path, "is not a regular file"));
  std::string text;
  char buffer[64 * 1024];
  while (text.size() <= max_bytes) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::make_unexpected(system_fault(path, "cannot be read", errno));
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return tl::make_unexpected(
      fault(path, "longer than " + std::to_string(max_bytes) + " bytes", "split the file"));
}

bool is_mapping_file(const fs::directory_entry& entry) {
  const fs::path name = entry.path().filename();
  const bool is_yaml = name.extension() == ".yaml" || name.extension() == ".yml";
  std::error_code ignored;
  return is_yaml && name.native().front() != '.' && !entry.is_directory(ignored);
}

tl::expected<std::vector<std::string>, Fault> list_folder(const std::string& path,
                                                          std::size_t max_files) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (is_mapping_file(*entry)) names.push_back(entry->path().string());
    if (names.size() > max_files) {
      return tl::make_unexpected(fault(
          path, "more than " + std::to_string(max_files) + " mapping files", "join some of them"));
    }
  }
  if (error) return tl::make_unexpected(system_fault(path, "cannot be listed", error.value()));
  if (names.empty()) {
    return tl::make_unexpected(fault(path, "there is no mapping in this folder",
                                     "a mapping's name ends in .yaml or .yml"));
  }
  std::sort(names.begin(), names.end());
  return names;
}

tl::expected<Texts, Faults> read_folder(const std::string& path, const MappingLimits& limits) {
  auto names = list_folder(path, limits.max_files);
  if (!names) return tl::make_unexpected(Faults{std::move(names.error())});
  Texts texts;
  Faults faults;
  std::size_t total = 0;
  for (std::string& name : *names) {
    auto text = read_file(name, limits.max_bytes);
    if (!text) {
      faults.push_back(std::move(text.error()));
      continue;
    }
    total += text->size();
    if (total > limits.max_total_bytes) {
      faults.push_back(fault(path, "the mappings are longer than " +
                                       std::to_string(limits.max_total_bytes) + " bytes together"));
      break;
    }
    texts.push_back({std::move(name), std::move(*text)});
  }
  if (!faults.empty()) return tl::make_unexpected(std::move(faults));
  return texts;
}

}  // namespace

tl::expected<Texts, Faults> read_mapping_files(const std::string& path,
                                               const MappingLimits& limits) {
  std::error_code error;
  if (fs::is_directory(path, error)) return read_folder(path, limits);
  auto text = read_file(path, limits.max_bytes);
  if (!text) return tl::make_unexpected(Faults{std::move(text.error())});
  return Texts{{path, std::move(*text)}};
}

}  // namespace certloop::v1
