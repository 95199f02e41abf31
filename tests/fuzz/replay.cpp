// Every target over its seeds and the same changes of them each time.
//   fuzz_replay                    all targets
//   fuzz_replay TARGET FILE…       these inputs, as the fuzzer left them
//   fuzz_replay --seeds FOLDER     writes the seeds into FOLDER/TARGET, for the fuzzer to start
//   from
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/fuzz/fuzz.h"

namespace {

using certloop::fuzz::Target;
using certloop::fuzz::targets;

constexpr int kChanges = 1000;  // for each target

bool tried(const Target& target, const std::string& input, const std::string& what) {
  try {
    target.run(input);
    return true;
  } catch (const std::exception& broken) {
    const std::string left = "fuzz-" + target.name + ".input";
    std::ofstream(left, std::ios::binary) << input;
    std::fprintf(stderr, "%s, %s: %s (the input is in %s)\n", target.name.c_str(), what.c_str(),
                 broken.what(), left.c_str());
    return false;
  }
}

std::string changed(std::string text, const std::string& other, std::mt19937& random) {
  for (auto left = 1 + random() % 4; left > 0 && !text.empty(); --left) {
    const std::size_t at = random() % text.size();
    const std::size_t length = random() % 40;
    switch (random() % 5) {
      case 0:
        text[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        text[at] = static_cast<char>(text[at] ^ (1 << random() % 8));
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3:
        text.insert(random() % text.size(), text.substr(at, length));
        break;
      default:
        text.insert(at, other.substr(random() % (other.size() + 1), length));
        break;
    }
  }
  return text;
}

bool replay(const Target& target) {
  const auto seeds = target.seeds();
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (!tried(target, seeds[i], "seed " + std::to_string(i))) return false;
  }
  if (!tried(target, "", "an empty input")) return false;
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same changes every time
  for (int i = 0; i < kChanges; ++i) {
    const auto& one = seeds[random() % seeds.size()];
    const auto& other = seeds[random() % seeds.size()];
    if (!tried(target, changed(one, other, random), "change " + std::to_string(i))) return false;
  }
  std::printf("%s: %zu seeds, %d changes\n", target.name.c_str(), seeds.size(), kChanges);
  return true;
}

bool replay_files(const std::string& name, char** begin, char** end) {
  const auto* target = certloop::fuzz::find_target(name);
  if (target == nullptr) return false;
  bool good = true;
  for (char** path = begin; path != end; ++path) {
    std::ifstream file(*path, std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    good = tried(*target, input, *path) && good;
  }
  return good;
}

bool write_seeds(const std::filesystem::path& folder) {
  bool good = true;
  for (const auto& target : targets()) {
    std::filesystem::create_directories(folder / target.name);
    int number = 0;
    for (const auto& seed : target.seeds()) {
      std::ofstream file(folder / target.name / ("seed" + std::to_string(number++)),
                         std::ios::binary);
      good = !(file << seed).flush().fail() && good;
    }
  }
  return good;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string first = count > 1 ? arguments[1] : "";
  if (first == "--seeds" && count == 3) return write_seeds(arguments[2]) ? 0 : 1;
  if (count > 1) return replay_files(first, arguments + 2, arguments + count) ? 0 : 1;
  bool good = true;
  for (const auto& target : targets()) good = replay(target) && good;
  return good ? 0 : 1;
}
