#include "hack/localcloud/seed_file.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "hack/localcloud/frame/characters.h"

namespace localcloud {
namespace {

constexpr std::uintmax_t kMaxBytes = 8 * 1024 * 1024;
constexpr std::size_t kMaxCalls = 10'000;
constexpr int kMaxDepth = 64;
constexpr char kFile[] = "file:";

std::string read_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw std::runtime_error("cannot read " + path.string() + ": " + error.message());
  if (size > kMaxBytes) throw std::runtime_error(path.string() + " has more than 8 MiB");
  std::string text(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(text.data(), static_cast<std::streamsize>(size))) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return text;
}

std::string as_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Files of variables are read by shells: nothing may stand in one that a shell would act on.
constexpr char kOfNames[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
constexpr char kOfValues[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.,:/@%+=-";

bool is_variable(const std::string& name) {
  return !name.empty() && (name.front() < '0' || name.front() > '9') &&
         name.find_first_not_of(kOfNames) == std::string::npos;
}

bool is_plain(const std::string& value) {
  return !value.empty() && value.find_first_not_of(kOfValues) == std::string::npos;
}

std::string told_error(const Response& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  const Json::json_pointer message("/errors/0/message");
  const bool usual = !body.is_discarded() && body.contains(message);
  return std::to_string(response.status) + ": " +
         (usual ? as_text(body.at(message)) : response.body.substr(0, 200));
}

// Plays one file. What it learns on the way, variables and saved answers, is one object.
class Player {
 public:
  Player(std::filesystem::path folder, const std::map<std::string, std::string>& names,
         const std::function<Response(const SeedCall&)>& call)
      : folder_(std::move(folder)), known_(names), call_(call) {}

  void play(const Json& row) {
    check_members(row);
    const Response response = call_(read_call(row));
    if (response.status >= 400) throw std::runtime_error(told_error(response));
    if (row.contains("save")) save(row.at("save").get<std::string>(), response);
    const Json variables = row.value("env", Json::object());
    for (const auto& [name, value] : variables.items()) tell(name, value);
  }
  const std::map<std::string, std::string>& told() const { return told_; }

 private:
  static void check_members(const Json& row) {
    if (!row.is_object()) throw std::runtime_error("is no object");
    for (const auto& member : row.items()) {
      const std::string& name = member.key();
      if (name != "call" && name != "headers" && name != "body" && name != "save" &&
          name != "env") {
        throw std::runtime_error("unknown member \"" + name + "\"");
      }
    }
  }

  SeedCall read_call(const Json& row) const {
    const std::string what = as_text(expand(row.at("call")));
    const auto space = what.find(' ');
    if (space == std::string::npos) throw std::runtime_error("\"call\" is \"METHOD URL\"");
    SeedCall call{what.substr(0, space), what.substr(space + 1), {}, {}};
    if (row.contains("body")) call.body = expand(row.at("body"));
    const Json headers = row.value("headers", Json::object());
    for (const auto& [name, value] : headers.items()) {
      call.headers.emplace_back(lowercase(name), as_text(expand(value)));
    }
    return call;
  }

  void save(const std::string& name, const Response& response) {
    Json answer = Json::parse(response.body, nullptr, false);
    if (answer.is_discarded()) throw std::runtime_error("its answer has nothing to save");
    learn(name, std::move(answer));
  }

  void learn(const std::string& name, Json value) {
    if (known_.contains(name)) throw std::runtime_error("there is a \"" + name + "\" already");
    known_[name] = std::move(value);
  }

  void tell(const std::string& name, const Json& value) {
    const std::string text = as_text(expand(value));
    if (!is_variable(name) || !is_plain(text)) {
      throw std::runtime_error("variable \"" + name + "\" or its value cannot stand in a file " +
                               "that shells read");
    }
    learn(name, text);
    told_[name] = text;
  }

  // A reference that is the whole text keeps the type of what it refers to.
  Json expand(const Json& value) const {
    if (value.is_string()) return expand_text(value.get<std::string>());
    Json result = value;
    if (value.is_structured()) {
      for (Json& member : result) member = expand(member);
    }
    return result;
  }

  Json expand_text(const std::string& text) const {
    std::string result;
    std::size_t done = 0;
    for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", done)) {
      const auto end = text.find('}', at);
      if (end == std::string::npos) throw std::runtime_error("\"${\" without \"}\"");
      const Json found = look_up(text.substr(at + 2, end - at - 2));
      if (at == 0 && end + 1 == text.size()) return found;
      result += text.substr(done, at - done) + as_text(found);
      done = end + 1;
    }
    return result + text.substr(done);
  }

  // "NAME", "saved.member.0", or "file:cert.pem", whose content it is.
  Json look_up(const std::string& reference) const {
    if (reference.starts_with(kFile)) {
      return read_file(folder_ / reference.substr(sizeof kFile - 1));
    }
    std::string steps = '/' + reference;
    std::replace(steps.begin(), steps.end(), '.', '/');
    const Json::json_pointer pointer(steps);
    if (!known_.contains(pointer)) throw std::runtime_error("nothing is called " + reference);
    return known_.at(pointer);
  }

  const std::filesystem::path folder_;
  Json known_;
  const std::function<Response(const SeedCall&)>& call_;
  std::map<std::string, std::string> told_{};
};

Json read_rows(const std::filesystem::path& file) {
  const auto watch = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) throw std::runtime_error("is too deep");
    return true;
  };
  Json rows = Json::parse(read_file(file), watch, true, true);
  if (!rows.is_array()) throw std::runtime_error("is not an array of calls");
  if (rows.size() > kMaxCalls) throw std::runtime_error("has more than 10,000 calls");
  return rows;
}

}  // namespace

std::map<std::string, std::string> play_seed(const std::filesystem::path& file,
                                             const std::map<std::string, std::string>& names,
                                             const std::function<Response(const SeedCall&)>& call) {
  std::string place = "seed " + file.string();
  try {
    const Json rows = read_rows(file);
    Player player(file.parent_path(), names, call);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      place = "seed " + file.string() + ", call " + std::to_string(i + 1);
      player.play(rows[i]);
    }
    return player.told();
  } catch (const std::exception& error) {
    throw std::runtime_error(place + ": " + error.what());
  }
}

}  // namespace localcloud
