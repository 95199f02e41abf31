#include "controller/app/stack.h"

#include <thread>

#include "controller/app/files.h"
#include "controller/app/version.h"

namespace certloop::app {
namespace {

net::TransportOptions transport_options(const Options& options) {
  net::TransportOptions transport;
  transport.ca_file = options.ca_file;
  transport.user_agent = std::string("certloop/") + kVersion + " (lang=cpp; os=linux)";
  return transport;
}

ibm::IamOptions iam_options(Options& options) {
  ibm::IamOptions iam;
  iam.url = options.iam_url;
  iam.api_key = std::move(options.api_key);
  iam.own = {options.trusted_profile, options.api_key_file};
  if (!options.compute_token_file.empty()) iam.compute_token_files = {options.compute_token_file};
  return iam;
}

void wait_on_this_thread(Duration time) {
  std::this_thread::sleep_for(time);
}

}  // namespace

Stack::Stack(Options& options)
    : telemetry_(options.log_level, options.log_format),
      wire_(net::make_cpprest_transport(clock_, transport_options(options))),
      logged_(*wire_, telemetry_, clock_),
      limited_(logged_, options.requests_per_second, clock_, wait_on_this_thread),
      tokens_(limited_, clock_, read_secret_file, iam_options(options)),
      bearer_(limited_, tokens_),
      source_(bearer_),
      target_(bearer_),
      lists_(bearer_) {}

}  // namespace certloop::app
