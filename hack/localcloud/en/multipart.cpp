#include "hack/localcloud/en/multipart.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "hack/localcloud/frame/characters.h"

namespace localcloud::en {
namespace {

constexpr std::size_t kMostParts = 32;
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046, 5.1.1
constexpr std::string_view kLineEnd = "\r\n";

// The value of `;name=value` or `;name="value"` in a header; empty if it is not there.
std::string parameter(std::string_view header, std::string_view name) {
  std::size_t at = header.find(';');
  while (at != std::string_view::npos) {
    at = header.find_first_not_of("; \t", at);
    const std::size_t equals = header.find('=', std::min(at, header.size()));
    if (equals == std::string_view::npos) return {};
    const bool wanted = lowercase(std::string(header.substr(at, equals - at))) == name;
    std::string value;
    at = equals + 1;
    const bool quoted = header.substr(at, 1) == "\"";
    for (at += quoted ? 1 : 0; at < header.size() && header[at] != (quoted ? '"' : ';'); ++at) {
      if (quoted && header[at] == '\\' && at + 1 < header.size()) ++at;
      value += header[at];
    }
    if (wanted) return value;
    at = header.find(';', at);
  }
  return {};
}

// The name out of the part's Content-Disposition.
std::string name_of(std::string_view part_headers) {
  while (!part_headers.empty()) {
    const std::string_view line = part_headers.substr(0, part_headers.find(kLineEnd));
    part_headers.remove_prefix(std::min(part_headers.size(), line.size() + kLineEnd.size()));
    if (lowercase(std::string(line.substr(0, line.find(':')))) == "content-disposition") {
      return parameter(line, "name");
    }
  }
  return {};
}

std::string boundary_of(const std::string& content_type) {
  if (lowercase(content_type).rfind("multipart/form-data", 0) != 0) {
    throw std::invalid_argument("multipart/form-data expected");
  }
  const std::string boundary = parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kLongestBoundary) {
    throw std::invalid_argument("multipart/form-data without a proper boundary");
  }
  return boundary;
}

}  // namespace

std::map<std::string, std::string> parse_multipart(const std::string& content_type,
                                                   const std::string& body) {
  // With a line end before it, the first delimiter looks like all the others.
  const std::string delimiter = "\r\n--" + boundary_of(content_type);
  const std::string text = "\r\n" + body;
  std::map<std::string, std::string> fields;
  std::size_t at = text.find(delimiter);
  for (std::size_t parts = 0; at != std::string::npos; ++parts) {
    at += delimiter.size();
    if (text.compare(at, 2, "--") == 0) return fields;
    const std::size_t start = text.find(kLineEnd, at);
    const std::size_t end = start == std::string::npos ? start : text.find(delimiter, start);
    if (end == std::string::npos || parts == kMostParts) break;
    const std::string_view part = std::string_view(text).substr(start, end - start);
    // The headers begin after the delimiter's line end and finish with an empty line.
    const std::size_t blank = part.find("\r\n\r\n");
    const std::string name = blank == std::string_view::npos ? "" : name_of(part.substr(0, blank));
    if (name.empty()) throw std::invalid_argument("a part without a name");
    fields[name] = part.substr(blank + 4);
    at = end;
  }
  throw std::invalid_argument("the multipart body is cut or has too many parts");
}

}  // namespace localcloud::en
