#include "hack/localcloud/frame/gateway.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <utility>

#include "hack/localcloud/frame/url.h"

namespace localcloud {
namespace {

constexpr char kCorrelation[] = "x-correlation-id";
constexpr std::size_t kNameLimit = 128;

bool plain(const std::string& text, const std::string& more) {
  return !text.empty() && text.size() <= kNameLimit &&
         std::all_of(text.begin(), text.end(), [&more](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  more.find(c) != std::string::npos;
         });
}

// The caller's own id if it is a sane one; handlers and answers see the same.
std::string settle_correlation(Request& request, Ids& ids) {
  std::string id = request.header(kCorrelation);
  if (plain(id, "-_.")) return id;
  id = ids.uuid();
  std::erase_if(request.headers, [](const auto& header) { return header.first == kCorrelation; });
  request.headers.emplace_back(kCorrelation, id);
  return id;
}

// Whether the caller asked for this machine by an address or as localhost. Another name can only
// have been led here by its owner's DNS: a web page that speaks through its visitor's browser.
bool meant_for_us(const Request& request) {
  const std::string host = request.header("host");
  const std::string name = host.substr(0, host.find(host.starts_with('[') ? ']' : ':'));
  if (name.empty() || name == "localhost") return true;
  boost::system::error_code error;
  boost::asio::ip::make_address(name.substr(name.starts_with('[') ? 1 : 0), error);
  return !error;
}

// Whether a page in a browser sent it. Such a page needs no token for the controls, and one that an
// app serves has the cloud's own origin; only apps are there for pages.
bool sent_by_page(const Request& request) {
  const std::string site = request.header("sec-fetch-site");
  return !request.header("origin").empty() || (!site.empty() && site != "none");
}

std::string reached_address(const Request& request, const World& world) {
  const std::string host = request.header("host");
  const std::string scheme = world.address.substr(0, world.address.find("://"));
  return plain(host, ".:-[]") ? scheme + "://" + host : world.address;
}

bool reaches_caller(Ending ending) {
  switch (ending) {
    case Ending::kWhole:
    case Ending::kCutBody:
      return true;
    case Ending::kClose:
    case Ending::kReset:
      return false;
  }
  return false;
}

std::int64_t milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start)
      .count();
}

// What a handler has thrown, as an answer. Called while that is being caught.
Response answer_of_failure(const Request& request) {
  try {
    throw;
  } catch (const HttpError& error) {
    return error.response;
  } catch (const std::exception& error) {
    std::cerr << "localcloud: " << request.method << ' ' << request.raw_path
              << " failed: " << error.what() << '\n';
    return ibm_error(500, "internal_error", "The local cloud failed on this request.",
                     request.header(kCorrelation));
  }
}

Response answer_of(Service& service, const Request& request) {
  try {
    Response response = service.handle(request);
    if (response.status < 200 || response.status > 599) throw std::range_error("no such status");
    return response;
  } catch (...) {
    return answer_of_failure(request);
  }
}

// A relay that throws may have answered before, and may have kept the reply to answer later: the
// first answer counts.
void pass_on(Relay& relay, Request request, Relay::Reply reply) {
  const Request head{
      .method = request.method, .raw_path = request.raw_path, .headers = request.headers};
  const auto answer = [owed = std::make_shared<Relay::Reply>(std::move(reply))](Response response) {
    if (const auto once = std::exchange(*owed, nullptr)) once(std::move(response));
  };
  try {
    relay.handle(std::move(request), answer);
  } catch (...) {
    answer(answer_of_failure(head));
  }
}

}  // namespace

Gateway::Gateway(World& world, Journal& journal, Faults& faults)
    : world_(world), journal_(journal), faults_(faults) {}

void Gateway::mount(const std::string& name, const std::string& prefix, Service& service) {
  mounts_.push_back({name, prefix, split_path(prefix).value(),
                     [&service](const Request& request, const Relay::Reply& reply) {
                       reply(answer_of(service, request));
                     }});
}

void Gateway::mount(const std::string& name, const std::string& prefix, Relay& relay) {
  mounts_.push_back({name, prefix, split_path(prefix).value(),
                     [&relay](Request request, Relay::Reply reply) {
                       pass_on(relay, std::move(request), std::move(reply));
                     },
                     true});
}

const Gateway::Mount* Gateway::find(const Request& request) const {
  for (const Mount& mount : mounts_) {
    if (request.path.size() >= mount.segments.size() &&
        std::equal(mount.segments.begin(), mount.segments.end(), request.path.begin())) {
      return &mount;
    }
  }
  return nullptr;
}

void Gateway::handle(Request request, std::uint16_t source, Deliver deliver) {
  const Mount* mount = find(request);
  Visit visit = begin(request, source, mount);
  if (visit.fault && !visit.fault->applies_request()) return deliver(finish(std::move(visit), {}));
  serve(mount, std::move(request),
        [this, visit = std::move(visit), deliver = std::move(deliver)](Response response) mutable {
          visit.entry.served = response.status;
          deliver(finish(std::move(visit), {std::move(response)}));
        });
}

Gateway::Visit Gateway::begin(Request& request, std::uint16_t source, const Mount* mount) {
  Visit visit;
  visit.start = std::chrono::steady_clock::now();
  visit.correlation = settle_correlation(request, world_.ids);
  visit.entry.time = world_.clock.now();
  visit.entry.service = mount != nullptr ? mount->name : "none";
  visit.entry.method = request.method;
  visit.entry.path = request.raw_path;
  visit.entry.source = source;
  visit.fault = faults_.hit(visit.entry.service, request.method, request.raw_path);
  return visit;
}

Answer Gateway::finish(Visit visit, Answer given) {
  JournalEntry& entry = visit.entry;
  if (visit.fault) {
    entry.fault = visit.fault->name();
    visit.fault->spoil(entry.service, world_.ids, given);
  }
  given.response.headers.emplace_back("X-Correlation-Id", visit.correlation);
  entry.status = reaches_caller(given.ending) ? given.response.status : 0;
  entry.took_ms = milliseconds_since(visit.start) + given.delay.count();
  journal_.record(std::move(entry));
  return given;
}

void Gateway::serve(const Mount* mount, Request request, Relay::Reply reply) {
  if (!world_.any_host && !meant_for_us(request)) {
    return reply(ibm_error(421, "misdirected_request",
                           "The local cloud answers to addresses and to localhost.",
                           request.header(kCorrelation)));
  }
  if ((mount == nullptr || !mount->for_pages) && sent_by_page(request)) {
    return reply(ibm_error(403, "forbidden",
                           "The local cloud does not answer to pages in browsers.",
                           request.header(kCorrelation)));
  }
  if (mount == nullptr) {
    return reply(ibm_error(404, "not_found", "The local cloud has no service at this address.",
                           request.header(kCorrelation)));
  }
  request.base_url = reached_address(request, world_) + mount->prefix;
  request.path.erase(request.path.begin(),
                     request.path.begin() + static_cast<std::ptrdiff_t>(mount->segments.size()));
  mount->serve(std::move(request), std::move(reply));
}

}  // namespace localcloud
