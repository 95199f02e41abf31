#pragma once
#include <map>
#include <string>

namespace localcloud::en {

// The text parts of a multipart/form-data body by name, in any of the ways in which IBM's SDKs for
// Go, Node and Python write them: with or without a Content-Type of the part, quoted or bare
// boundary, a newline after JSON text. A repeated name: the last one counts. At most 32 parts.
// Throws std::invalid_argument with a sentence about the fault.
std::map<std::string, std::string> parse_multipart(const std::string& content_type,
                                                   const std::string& body);

}  // namespace localcloud::en
