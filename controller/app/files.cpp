#include "controller/app/files.h"

#include <cstdio>
#include <fstream>
#include <string_view>

namespace certloop::app {
namespace {

constexpr std::size_t kMaxSecretFile = 64 * 1024;
constexpr std::string_view kWhiteSpace = " \t\r\n";

}  // namespace

std::optional<SecretBytes> read_secret_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  std::string text(kMaxSecretFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const SecretBytes whole(std::move(text));
  if (file.bad() || whole.size() > kMaxSecretFile) return {};
  const std::string_view bytes = whole.reveal();
  const std::size_t first = bytes.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return SecretBytes();
  return SecretBytes(bytes.substr(first, bytes.find_last_not_of(kWhiteSpace) - first + 1));
}

bool write_file_atomically(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  {
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    file << text;
    if (!file.flush()) return false;
  }
  return std::rename(draft.c_str(), path.c_str()) == 0;
}

}  // namespace certloop::app
