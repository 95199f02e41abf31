#pragma once
#include <memory>
#include <string>
#include <vector>

#include "api/v1/binding.h"
#include "api/v1/status.h"
#include "controller/reconcile/reconciler.h"

// What commands print. Pure: values in, text out; colour is an argument.
namespace certloop::app {

// A pass writes what differs (sync), or only says what it would write (plan).
enum class Mode { plan, sync };

struct PassResult {
  std::shared_ptr<const v1::Binding> binding{};
  Outcome outcome{};
};

struct Tally {
  std::size_t create = 0, replace = 0, nothing = 0, hold = 0, failed = 0;
  std::size_t changes() const { return create + replace; }
  bool has_failures() const { return hold + failed > 0; }
};
Tally tally(const std::vector<PassResult>& results);

std::string pass_table(const std::vector<PassResult>& results, Mode mode, bool colour);
std::string pass_json(const std::vector<PassResult>& results, Mode mode);

std::string status_table(const v1::Status& status, bool colour);
// The same from the JSON of a running controller; empty when it is not that.
std::string status_table(const std::string& json, bool colour);
// "ready" in that JSON.
bool status_is_ready(const std::string& json);

std::string faults_text(const std::vector<v1::Fault>& faults, bool colour);

}  // namespace certloop::app
