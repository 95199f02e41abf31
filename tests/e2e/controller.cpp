#include <iostream>
#include <stdexcept>

#include "tests/e2e/world.h"

namespace e2e {

Controller::Controller(const World& world, const std::vector<std::string>& more,
                       const std::map<std::string, std::string>& environment)
    : world_(world),
      process_(
          [&] {
            std::vector<std::string> command{CERTLOOP_BINARY,  "run",          "--listen",
                                             "127.0.0.1:0",    "--log-format", "json",
                                             "--mapping-poll", "50ms"};
            command.insert(command.end(), more.begin(), more.end());
            return command;
          }(),
          [&] {
            auto all = world.environment();
            all["CERTLOOP_SHARED_SECRET"] = kSharedSecret;
            for (const auto& [name, value] : environment) all[name] = value;
            return all;
          }()) {
  const auto line = log("listening");
  if (!line) throw std::runtime_error("the controller did not start: " + process_.standard_error());
  url_ = Json::parse(*line).at("url").get<std::string>();
}

std::optional<std::string> Controller::log(const std::string& event,
                                           const std::vector<std::string>& words) {
  const auto found = process_.wait_for_line([&](const std::string& line) {
    const Json entry = Json::parse(line, nullptr, false);
    if (!entry.is_object() || entry.value("event", "") != event) return false;
    for (const std::string& word : words) {
      if (line.find(word) == std::string::npos) return false;
    }
    return true;
  });
  if (!found)
    std::cerr << "the log without the line \"" << event << "\" that was waited for:\n"
              << process_.standard_error();
  if (event != "notified") world_.settle();
  return found;
}

bool Controller::logged_all(const std::string& event, std::vector<std::string> words) {
  while (!words.empty()) {
    const auto line = log(event);
    if (!line) return false;
    std::erase_if(words, [&](const std::string& word) { return line->find(word) != line->npos; });
  }
  return true;
}

Json notification(const std::string& event_type, const std::vector<std::string>& secret_ids,
                  const std::string& secret_type) {
  Json secrets = Json::array();
  for (const std::string& id : secret_ids) {
    secrets.push_back(
        {{"secret_id", id}, {"secret_name", "some-name"}, {"secret_group_id", "default"}});
  }
  return {
      {"id", "1"},
      {"notification_id", "0b9a6c1e-0000-1111-2222-333344445555"},
      {"specversion", "1.0"},
      {"type", "com.ibm.cloud.secrets-manager." + event_type},
      {"data", {{"event_type", event_type}, {"secret_type", secret_type}, {"secrets", secrets}}}};
}

}  // namespace e2e
