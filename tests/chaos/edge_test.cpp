#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <iostream>
#include <map>

#include "tests/chaos/attacked_shop.h"
#include "tests/support/catch.h"
#include "tests/support/raw_client.h"

using namespace e2e;
using namespace chaos;
using certloop::test::RawClient;

// Attacks on the listener of the running binary. Beside each, a healthy caller asks all the time,
// and a certificate is rotated and must arrive.
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long kMostGrowthKb = 512 * 1024;  // shadow memory and quarantine included
#else
constexpr long kMostGrowthKb = 64 * 1024;
#endif
constexpr std::size_t kHalfOpen = 5'000;

// What every attack must leave as it was; says how it went.
template <class Attack>
void attacked(const char* name, Attack attack) {
  Shop shop;
  HealthyCaller caller(shop.url());
  const std::string said = attack(shop);
  CHECK(shop.rotation_arrives());
  caller.stop();
  CHECK(caller.refused() == 0);
  CHECK(caller.served() > 0);
  CHECK(caller.slowest_ms() < 5'000);
  CHECK(shop.growth_kb() < kMostGrowthKb);
  std::cout << "edge, " << name << ": " << said << "; healthy callers " << caller.served()
            << " served, " << caller.refused() << " not, slowest " << caller.slowest_ms()
            << " ms; memory +" << shop.growth_kb() << " kB\n";
}

std::string post_head(const std::string& more, const std::string& secret = kSharedSecret) {
  return "POST /v1/notifications HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + secret +
         "\r\nContent-Type: application/json\r\n" + more + "\r\n";
}

// The status of what the peer says to these bytes; 0: it only closed.
int status_of(std::uint16_t port, const std::string& bytes) {
  RawClient client(port, RawClient::Patience(20'000));
  client.send(bytes);
  client.finish_sending();
  const std::string answer = client.read_to_end();
  return answer.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(answer.substr(9, 3)) : 0;
}

// As many connections as wanted, with room for our own; says so when it may not have them.
std::size_t descriptors_for(std::size_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, wanted + 512));
  setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t room = limit.rlim_cur > 512 ? limit.rlim_cur - 512 : 0;
  if (room < wanted) {
    std::cout << "edge: ONLY " << room << " CONNECTIONS IN PLACE OF " << wanted
              << ": RLIMIT_NOFILE\n";
  }
  return std::min(room, wanted);
}

class HalfOpen {
 public:
  HalfOpen(std::uint16_t port, const std::string& bytes) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address)) {
      throw std::runtime_error("connect");
    }
    ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  ~HalfOpen() {
    if (socket_ >= 0) ::close(socket_);
  }
  HalfOpen(HalfOpen&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  HalfOpen& operator=(HalfOpen&&) = delete;

 private:
  int socket_ = -1;
};

}  // namespace

TEST_CASE("edge: 5,000 half-open connections keep nobody from being served") {
  const std::size_t many = descriptors_for(kHalfOpen);
  attacked("half-open", [many](Shop& shop) {
    const std::vector<std::string> halves{"", "POST /v1/no", post_head("").substr(0, 60),
                                          post_head("Content-Length: 1000\r\n") + "{\"id\":"};
    std::vector<HalfOpen> open;
    for (std::size_t i = 0; i < many; ++i) {
      open.emplace_back(shop.port(), halves[i % halves.size()]);
      if (i == many / 2) CHECK(shop.rotation_arrives());
    }
    CHECK(shop.rotation_arrives());
    return std::to_string(open.size()) + " connections";
  });
}

TEST_CASE("edge: endless and oversized bodies end at the limit, a stranger's before it") {
  attacked("bodies", [](Shop& shop) {
    const std::string piece(16U << 10, 'x');
    const std::string chunk = "4000\r\n" + piece + "\r\n";
    std::size_t taken = 0;
    for (int round = 0; round < 20; ++round) {
      for (const char* secret : {kSharedSecret, "a-stranger-without-the-secret"}) {
        RawClient client(shop.port(), RawClient::Patience(20'000));
        client.send(post_head("Transfer-Encoding: chunked\r\n", secret));
        taken = std::max(taken, client.flood(chunk, 64U << 20));
      }
    }
    CHECK(taken < 32U << 20);  // what the sockets hold comes on top of the limit
    const std::string long_body = std::string(300U << 10, ' ');
    const std::string length = "Content-Length: " + std::to_string(long_body.size()) + "\r\n";
    CHECK(status_of(shop.port(), post_head(length)) == 413);
    CHECK(status_of(shop.port(), post_head(length, "a-stranger-without-the-secret")) == 413);
    CHECK(status_of(shop.port(), post_head("Content-Length: 99999999999999999999\r\n")) == 400);
    return "40 endless bodies, at most " + std::to_string(taken >> 10) + " kB taken";
  });
}

TEST_CASE("edge: header bombs and malformed requests are refused, each on its own connection") {
  struct Bad {
    const char* name;
    std::string bytes;
  };
  std::string fields;
  for (int i = 0; i < 5'000; ++i) fields += "a" + std::to_string(i) + ": b\r\n";
  const std::string get = "GET /healthz HTTP/1.1\r\nHost: a\r\n";
  const std::vector<Bad> table{
      {"one long field", get + "a: " + std::string(1U << 20, 'b') + "\r\n\r\n"},
      {"many fields", get + fields + "\r\n"},
      {"one long name", get + std::string(100'000, 'a') + ": b\r\n\r\n"},
      {"a long target", "GET /" + std::string(1U << 20, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"an endless line", std::string(1U << 20, 'G')},
      {"no host", "GET /healthz HTTP/1.1\r\n\r\n"},
      {"two hosts", get + "Host: b\r\n\r\n"},
      {"two lengths", post_head("Content-Length: 1\r\nContent-Length: 2\r\n") + "{}"},
      {"length and encoding",
       post_head("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n"},
      {"unknown encoding", post_head("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n"},
      {"a negative length", post_head("Content-Length: -1\r\n")},
      {"bad chunk size", post_head("Transfer-Encoding: chunked\r\n") + "zz\r\n\r\n"},
      {"blank before colon", get + "a : b\r\n\r\n"},
      {"zero byte", get + std::string("a: b\0c\r\n\r\n", 10)},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"HTTP/0.9", "GET /healthz\r\n\r\n"},
      {"broken escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"noise", std::string("\x00\xff\xfe\x80\x0d\x0a\x0d\x0a", 8)},
  };
  attacked("malformed", [&](Shop& shop) {
    std::map<int, std::size_t> answers;
    for (const Bad& bad : table) {
      INFO(bad.name);
      const int status = status_of(shop.port(), bad.bytes);
      CHECK((status == 0 || (status >= 400 && status <= 505)));
      ++answers[status];
    }
    std::string said = std::to_string(table.size()) + " requests:";
    for (const auto& [status, count] : answers) {
      said +=
          " " + std::to_string(count) + " x " + (status == 0 ? "closed" : std::to_string(status));
    }
    return said;
  });
}

TEST_CASE("edge: floods of valid and forged notifications hold up nobody and lose nothing") {
  attacked("floods", [](Shop& shop) {
    std::atomic<std::size_t> valid = 0, forged = 0, broken = 0, wrong = 0;
    std::atomic<bool> arrived = true;
    const Json unknown = notification("secret_rotated", {"0cf4addb-7a90-410b-a3a7-a15bbe2b7909"});
    in_parallel(9, 9, [&](std::size_t lane) {
      try {
        for (int i = 0; i < 300; ++i) {
          if (lane == 0) {
            if (i % 30 == 0) arrived = shop.rotation_arrives() && arrived;
            continue;
          }
          int status = 0, expected = 200;
          if (lane <= 3) {
            status = shop.sender().post("/", lane == 1 ? shop.event() : unknown).status;
            ++valid;
          } else if (lane <= 6) {
            status =
                Client(shop.url()).bearer("forged-secret-of-nobody-0").post("/", unknown).status;
            expected = 401;
            ++forged;
          } else {
            status = shop.sender().send("POST", "/", {}, "{\"id\":[[[").status;
            expected = 400;
            ++broken;
          }
          if (status != expected) ++wrong;
        }
      } catch (const std::exception&) {
        ++wrong;
      }
    });
    CHECK(arrived);
    CHECK(wrong == 0);
    return std::to_string(valid) + " valid, " + std::to_string(forged) + " forged, " +
           std::to_string(broken) + " broken, " + std::to_string(wrong) + " wrongly answered";
  });
}
