#include "hack/localcloud/run/images.h"

#include <stdexcept>

namespace localcloud::run {
namespace {

std::string without_digest(std::string reference) {
  return reference.substr(0, reference.find('@'));
}

std::string short_name(std::string reference) {
  for (const std::string prefix : {"docker.io/", "library/"}) {
    if (reference.starts_with(prefix)) reference.erase(0, prefix.size());
  }
  return reference;
}

// A colon before a slash belongs to the registry's port.
std::string without_tag(const std::string& reference) {
  const auto colon = reference.rfind(':');
  if (colon == std::string::npos || reference.find('/', colon) != std::string::npos) {
    return reference;
  }
  return reference.substr(0, colon);
}

}  // namespace

Images::Images(const std::map<std::string, std::string>& commands) {
  for (const auto& [name, command] : commands) {
    if (command.empty()) throw std::runtime_error("the image " + name + " has no command");
    commands_[short_name(name)] = command;
  }
}

const std::string* Images::command(const std::string& image_reference) const {
  const std::string name = short_name(without_digest(image_reference));
  auto found = commands_.find(name);
  if (found == commands_.end()) found = commands_.find(without_tag(name));
  return found == commands_.end() ? nullptr : &found->second;
}

}  // namespace localcloud::run
