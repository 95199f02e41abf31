#include "tests/fuzz/targets.h"

#include <algorithm>

namespace certloop::fuzz {

const std::vector<Target>& targets() {
  static const auto* all = new std::vector<Target>{answers(), certificates(), filter(),      gzip(),
                                                   heads(),   mapping(),      notification()};
  return *all;
}

const Target* find_target(std::string_view name) {
  const auto found = std::find_if(targets().begin(), targets().end(),
                                  [&](const Target& target) { return target.name == name; });
  return found == targets().end() ? nullptr : &*found;
}

}  // namespace certloop::fuzz
