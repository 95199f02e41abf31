#pragma once
#include <cstddef>
#include <optional>
#include <string>

namespace localcloud {

// The content of one gzip stream. Empty when it is broken, cut, or larger than `limit` bytes.
std::optional<std::string> gunzip(const std::string& packed, std::size_t limit);

}  // namespace localcloud
