#pragma once
#include <map>
#include <string>

namespace localcloud::run {

// Which images are really run, and by which command line of /bin/sh.
class Images {
 public:
  // Names are image references; one without a tag is all its tags. Docker Hub's own prefixes
  // ("docker.io/library/") do not count. Throws std::runtime_error when a command is empty.
  explicit Images(const std::map<std::string, std::string>& commands);

  // Null: nobody has registered it.
  const std::string* command(const std::string& image_reference) const;

 private:
  std::map<std::string, std::string> commands_{};
};

}  // namespace localcloud::run
