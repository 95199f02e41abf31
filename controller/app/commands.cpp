#include "controller/app/commands.h"

#include <algorithm>
#include <iostream>

#include "controller/app/mapping_file.h"
#include "controller/app/pass.h"
#include "controller/app/report.h"
#include "controller/app/stack.h"
#include "controller/app/terminal.h"
#include "controller/app/version.h"
#include "controller/core/conditions.h"

namespace certloop::app {
namespace {

v1::ResolveOptions resolve_options(const Options& options) {
  return {options.home_region, options.home_code_engine_url};
}

void print_faults(const std::vector<v1::Fault>& faults, Output output) {
  if (output == Output::json) {
    std::cout << v1::to_json(faults) << "\n";
  } else {
    std::cerr << faults_text(faults, colour_on_stdout());
  }
}

// "storefront" or "shop/storefront"
bool is_called(const v1::Binding& binding, const std::string& name) {
  return binding.id == name || binding.id.substr(binding.id.find('/') + 1) == name;
}

void keep_only(std::vector<v1::Binding>& bindings, const std::string& name) {
  bindings.erase(std::remove_if(bindings.begin(), bindings.end(),
                                [&](const v1::Binding& b) { return !is_called(b, name); }),
                 bindings.end());
}

int exit_code_of(const Tally& total, Mode mode) {
  if (total.has_failures()) return 1;
  return mode == Mode::plan && total.changes() > 0 ? 2 : 0;
}

v1::MappingStatus status_of(PassResult result, WallTime now) {
  const v1::Binding& binding = *result.binding;
  v1::MappingStatus status{binding.id, describe(binding.source, result.outcome.leaf), {}};
  for (std::size_t i = 0; i < binding.targets.size(); ++i) {
    result.outcome.targets[i].wrote = false;  // a look only: what would be written is not there
    status.targets.push_back(
        describe(binding.targets[i], fold(unobserved(now), result.outcome.targets[i], now)));
  }
  return status;
}

// An answer of ten thousand mappings has some ten megabytes.
constexpr std::size_t kMaxStatusBytes = 64u << 20;

int ask(const Options& options) {
  const SystemClock clock;
  net::TransportOptions transport_options;
  transport_options.ca_file = options.ca_file;
  transport_options.max_body_bytes = kMaxStatusBytes;
  const auto transport = net::make_cpprest_transport(clock, transport_options);
  HttpRequest request;
  request.endpoint.url = options.url;
  request.path = "/v1/status";
  if (!options.view_token.empty()) {
    request.authorization = SecretBytes("Bearer " + std::string(options.view_token.reveal()));
  }
  request.deadline = clock.steady_now() + std::chrono::seconds(10);
  const auto response = transport->send(std::move(request));
  if (!response) {
    std::cerr << "asking " << options.url << ": " << response.error().message << "\n";
    return 1;
  }
  const std::string body(response->body.reveal());
  const std::string table = status_table(body, colour_on_stdout());
  if (response->status != 200 || table.empty()) {
    std::cerr << "asking " << options.url << ": HTTP " << response->status
              << (response->status == 401 ? ", give the view token" : "") << "\n";
    return 1;
  }
  std::cout << (options.output == Output::json ? body : table);
  return status_is_ready(body) ? 0 : 1;
}

}  // namespace

int validate(const Options& options) {
  const auto bindings = load_mapping(options.mapping, resolve_options(options));
  if (!bindings) {
    print_faults(bindings.error(), options.output);
    return 1;
  }
  if (options.output == Output::json) {
    std::cout << v1::to_json(std::vector<v1::Fault>{}) << "\n";
  } else {
    std::size_t targets = 0;
    for (const v1::Binding& binding : *bindings) targets += binding.targets.size();
    std::cout << options.mapping << ": good, " << bindings->size() << " mappings, " << targets
              << " targets\n";
  }
  return 0;
}

int pass(Options options, Mode mode) {
  auto bindings = load_mapping(options.mapping, resolve_options(options));
  if (!bindings) {
    print_faults(bindings.error(), options.output);
    return 1;
  }
  if (!options.only.empty()) {
    keep_only(*bindings, options.only);
    if (bindings->empty()) {
      std::cerr << "no mapping is called " << options.only << "\n";
      return 1;
    }
  }
  auto mine = share_of(concerned_by(std::move(*bindings), options.job_event), options.job_index,
                       options.job_array_size);
  Stack stack(options);
  const auto results = look_once(stack, options, std::move(mine), mode);
  std::cout << (options.output == Output::json ? pass_json(results, mode)
                                               : pass_table(results, mode, colour_on_stdout()));
  return exit_code_of(tally(results), mode);
}

int status(Options options) {
  if (!options.url.empty()) return ask(options);
  auto bindings = load_mapping(options.mapping, resolve_options(options));
  if (!bindings) {
    print_faults(bindings.error(), options.output);
    return 1;
  }
  Stack stack(options);
  const WallTime now = stack.clock().wall_now();
  v1::Status whole{kVersion, {true, now, {}}, {}};
  for (PassResult& result : look_once(stack, options, std::move(*bindings), Mode::plan)) {
    whole.mappings.push_back(status_of(std::move(result), now));
  }
  std::cout << (options.output == Output::json ? v1::to_json(whole) + "\n"
                                               : status_table(whole, colour_on_stdout()));
  return v1::all_ready(whole) ? 0 : 1;
}

}  // namespace certloop::app
