#pragma once
#include <optional>
#include <string>

#include "controller/core/secret_bytes.h"

namespace certloop::app {

// A small credentials file (at most 64 KiB), without the white space around it. Empty: not there,
// not readable or too large.
std::optional<SecretBytes> read_secret_file(const std::string& path);

// Writes `text` so that a reader sees the old file or the whole new one. False: it could not.
bool write_file_atomically(const std::string& path, const std::string& text);

}  // namespace certloop::app
