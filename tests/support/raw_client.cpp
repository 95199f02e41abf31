#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace certloop::test {
namespace {

[[noreturn]] void give_up(const std::string& what) {
  throw std::runtime_error("raw client: " + what);
}

int connect_ipv4(const std::string& address, std::uint16_t port) {
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &peer.sin_addr) != 1) give_up("bad address");
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) give_up("no socket");
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0)
    return descriptor;
  ::close(descriptor);
  give_up("cannot connect");
}

int connect_ipv6(const std::string& address, std::uint16_t port) {
  sockaddr_in6 peer{};
  peer.sin6_family = AF_INET6;
  peer.sin6_port = htons(port);
  if (inet_pton(AF_INET6, address.c_str(), &peer.sin6_addr) != 1) give_up("bad address");
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) give_up("no socket");
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0)
    return descriptor;
  ::close(descriptor);
  give_up("cannot connect");
}

std::string lowercase(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

RawClient::RawClient(std::uint16_t port, Patience patience, const std::string& address)
    : patience_(patience) {
  const bool is_ipv6 = address.find(':') != std::string::npos;
  socket_ = is_ipv6 ? connect_ipv6(address, port) : connect_ipv4(address, port);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawClient::~RawClient() {
  close();
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      patience_(other.patience_),
      unread_(std::move(other.unread_)) {}

short RawClient::wait_for(short events, Deadline deadline) const {
  using std::chrono::milliseconds;
  const auto left = deadline - std::chrono::steady_clock::now();
  const auto wait = std::max(std::chrono::ceil<milliseconds>(left), milliseconds::zero());
  pollfd entry{socket_, events, 0};
  return ::poll(&entry, 1, static_cast<int>(wait.count())) > 0 ? entry.revents : short{0};
}

bool RawClient::send(std::string_view bytes) {
  const auto end = deadline();
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN) {
      return false;
    } else if (wait_for(POLLOUT, end) == 0) {
      give_up("the peer does not read");
    }
  }
  return true;
}

std::size_t RawClient::flood(std::string_view bytes, std::size_t most) {
  const auto end = deadline();
  std::size_t total = 0;
  while (total < most) {
    const short events = wait_for(POLLIN | POLLOUT, end);
    if (events == 0) give_up("the peer neither reads nor answers");
    if ((events & ~POLLOUT) != 0) return total;
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return total;
    if (sent > 0) total += static_cast<std::size_t>(sent);
  }
  return total;
}

bool RawClient::read_some(Deadline deadline) {
  if (wait_for(POLLIN, deadline) == 0) give_up("nothing came in time");
  std::array<char, 16 * 1024> block{};
  const auto count = ::recv(socket_, block.data(), block.size(), 0);
  if (count > 0) unread_.append(block.data(), static_cast<std::size_t>(count));
  return count > 0;
}

std::string RawClient::read_until(std::string_view mark) {
  const auto end = deadline();
  auto found = unread_.find(mark);
  while (found == std::string::npos) {
    if (!read_some(end)) give_up("the connection ended early");
    found = unread_.find(mark);
  }
  std::string text = unread_.substr(0, found + mark.size());
  unread_.erase(0, text.size());
  return text;
}

RawAnswer RawClient::read_head() {
  RawAnswer answer;
  const auto status_line = read_until("\r\n");
  if (status_line.rfind("HTTP/1.1 ", 0) != 0) give_up("not an HTTP answer");
  answer.status = std::stoi(status_line.substr(9));
  for (auto line = read_until("\r\n"); line != "\r\n"; line = read_until("\r\n")) {
    const auto colon = line.find(": ");
    if (colon == std::string::npos) give_up("not a header line");
    answer.headers[lowercase(line.substr(0, colon))] =
        line.substr(colon + 2, line.size() - colon - 4);
  }
  return answer;
}

RawAnswer RawClient::read_answer() {
  auto answer = read_head();
  const auto length = answer.headers.find("content-length");
  if (length == answer.headers.end()) return answer;
  const auto size = std::stoul(length->second);
  const auto end = deadline();
  while (unread_.size() < size)
    if (!read_some(end)) give_up("the body ended early");
  answer.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return answer;
}

RawAnswer RawClient::read_answer_to_head() {
  return read_head();
}

std::string RawClient::read_to_end() {
  const auto end = deadline();
  while (read_some(end)) continue;
  return std::exchange(unread_, {});
}

bool RawClient::hears_within(Patience wait) {
  return !unread_.empty() || wait_for(POLLIN, std::chrono::steady_clock::now() + wait) != 0;
}

void RawClient::finish_sending() {
  ::shutdown(socket_, SHUT_WR);
}

void RawClient::abort() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void RawClient::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

}  // namespace certloop::test
