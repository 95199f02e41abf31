#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "hack/localcloud/frame/http.h"

namespace localcloud {

// What one call of a seed asks for. The address is a whole one: "http://127.0.0.1:4711/sm/…".
struct SeedCall {
  std::string method{};
  std::string url{};
  Headers headers{};  // names lowercased
  Json body{};        // null: none
};

// Makes the calls of a seed file, one after the other, so that a cloud holds something before
// anybody else calls (README, "A seed"). `names` is what ${NAME} stands for. Returns the variables
// that the calls tell in "env". Throws std::runtime_error, with the file and the place, at the
// first that is no call, refers to nothing, or is answered by 400 and more; what was done before
// stays done. A file has at most 8 MiB and 10,000 calls.
std::map<std::string, std::string> play_seed(const std::filesystem::path& file,
                                             const std::map<std::string, std::string>& names,
                                             const std::function<Response(const SeedCall&)>& call);

}  // namespace localcloud
