#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

// A TCP client for tests that says exactly the bytes it is told, right or wrong. It blocks, never
// longer than its patience: what takes longer throws std::runtime_error and so fails the test.
namespace certloop::test {

struct RawAnswer {
  int status = 0;
  std::map<std::string, std::string> headers{};  // names lowercased
  std::string body{};
};

class RawClient {
 public:
  using Patience = std::chrono::milliseconds;

  // Connects to a numeric IPv4 or IPv6 address.
  explicit RawClient(std::uint16_t port, Patience patience = Patience(5'000),
                     const std::string& address = "127.0.0.1");
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  // False if the peer has closed the connection.
  bool send(std::string_view bytes);
  // Sends the bytes again and again until the peer says something or closes; returns how many were
  // sent. Stops without an error at `most`.
  std::size_t flood(std::string_view bytes, std::size_t most);

  // One answer with a Content-Length (or none: then no body). After a HEAD request there is no body
  // whatever the length says. Throws if the connection ends before the answer does.
  RawAnswer read_answer();
  RawAnswer read_answer_to_head();
  // All bytes up to and including the mark. Throws if the connection ends before.
  std::string read_until(std::string_view mark);
  // All bytes until the peer closes, cleanly or by a reset.
  std::string read_to_end();
  // Does something (bytes or the end) arrive within that time?
  bool hears_within(Patience wait);

  void finish_sending();  // FIN: half-closes
  void abort();           // RST: closes and drops what is unread
  void close();           // FIN, or RST if something is unread

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  Deadline deadline() const { return std::chrono::steady_clock::now() + patience_; }
  // Waits for one of the poll events; returns those that came, 0 when the time is over.
  short wait_for(short events, Deadline deadline) const;
  // Appends what arrives to unread_; false at the connection's end.
  bool read_some(Deadline deadline);
  RawAnswer read_head();

  int socket_ = -1;
  Patience patience_;
  std::string unread_{};
};

}  // namespace certloop::test
