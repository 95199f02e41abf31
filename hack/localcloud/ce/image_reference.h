#pragma once
#include <string>

namespace localcloud::ce {

// 1 to 256 characters: path segments of lower-case letters, digits, '-', '_' and '.', then ":TAG"
// and "@sha256:<64 hex>" where wanted.
bool valid_image_reference(const std::string& text);

}  // namespace localcloud::ce
