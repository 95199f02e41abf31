#include "tests/support/hostile_server.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace certloop::test {
namespace {

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

TlsContext make_context(const ServerTls& tls) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  const auto bio = [](const std::string& pem) {
    return std::unique_ptr<BIO, decltype(&BIO_free)>(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  };
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bio(tls.pair.certificate).get(), nullptr, nullptr, nullptr), &X509_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(bio(tls.pair.key).get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  bool good = SSL_CTX_use_certificate(context.get(), certificate.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1;
  if (tls.max_version == "TLSv1.1") {
    // Signatures of that version need the lowest security level.
    good = good && SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0") == 1;
  }
  if (!good) throw std::runtime_error("hostile server: TLS set-up");
  return context;
}

int listen_on_loopback() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (descriptor < 0 ||
      bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(descriptor, 64) != 0) {
    throw std::runtime_error("hostile server: cannot listen");
  }
  return descriptor;
}

std::size_t body_length(const std::string& head) {
  const std::string name = "Content-Length:";
  const std::size_t at = head.find(name);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

}  // namespace

struct HostileServer::Shared {
  std::vector<Script> scripts;
  TlsContext tls{nullptr, &SSL_CTX_free};
  int listener = -1;
  std::uint16_t port = 0;

  mutable std::mutex mutex{};  // guards all below
  bool stopping = false;
  std::size_t connections = 0;
  std::vector<int> open{};
  std::vector<std::string> requests{};
  std::vector<std::thread> threads{};

  std::thread acceptor{};

  void accept_all();
  void run(int descriptor, std::size_t number);
  void forget(int descriptor) {
    const std::lock_guard lock(mutex);
    std::erase(open, descriptor);
    close(descriptor);
  }
};

class HostileServer::Connection : public Peer {
 public:
  Connection(Shared& shared, int descriptor)
      : shared_(shared), descriptor_(descriptor), ssl_(nullptr, &SSL_free) {}
  ~Connection() override {
    if (ssl_) SSL_shutdown(ssl_.get());
    if (descriptor_ >= 0) shared_.forget(descriptor_);
  }

  bool handshake() {
    if (!shared_.tls) return true;
    ssl_.reset(SSL_new(shared_.tls.get()));
    SSL_set_fd(ssl_.get(), descriptor_);
    const bool done = SSL_accept(ssl_.get()) == 1;
    if (!done) ssl_.reset();
    ERR_clear_error();
    return done;
  }

  std::string read_request() override {
    std::size_t head = 0;
    while ((head = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return {};
    }
    const std::size_t size = head + 4 + body_length(input_.substr(0, head + 4));
    while (input_.size() < size) {
      if (!read_more()) return {};
    }
    std::string request = input_.substr(0, size);
    input_.erase(0, size);
    const std::lock_guard lock(shared_.mutex);
    shared_.requests.push_back(request);
    return request;
  }

  bool send(std::string_view bytes) override {
    while (!bytes.empty()) {
      const long sent =
          ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
               : static_cast<long>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  bool closed_within(Duration limit) override {
    pollfd waiting{.fd = descriptor_, .events = POLLRDHUP, .revents = 0};
    return poll(&waiting, 1, static_cast<int>(limit.count())) > 0;
  }

  void reset() override {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    shared_.forget(std::exchange(descriptor_, -1));
  }

 private:
  bool read_more() {
    char block[16 * 1024];
    const long size = ssl_ ? SSL_read(ssl_.get(), block, sizeof block)
                           : static_cast<long>(recv(descriptor_, block, sizeof block, 0));
    if (size <= 0) return false;
    input_.append(block, static_cast<std::size_t>(size));
    return true;
  }

  Shared& shared_;
  int descriptor_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  std::string input_{};
};

void HostileServer::Shared::accept_all() {
  for (;;) {
    const int descriptor = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex);
    if (stopping || descriptor < 0) {
      if (descriptor >= 0) close(descriptor);
      return;
    }
    open.push_back(descriptor);
    threads.emplace_back([this, descriptor, number = connections++] { run(descriptor, number); });
  }
}

void HostileServer::Shared::run(int descriptor, std::size_t number) {
  Connection connection(*this, descriptor);
  if (connection.handshake()) scripts[std::min(number, scripts.size() - 1)](connection);
}

HostileServer::HostileServer(std::vector<Script> scripts, std::optional<ServerTls> tls)
    : shared_(new Shared{.scripts = std::move(scripts)}) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  if (tls) shared_->tls = make_context(*tls);
  shared_->listener = listen_on_loopback();
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(shared_->listener, reinterpret_cast<sockaddr*>(&address), &size);
  shared_->port = ntohs(address.sin_port);
  shared_->acceptor = std::thread([shared = shared_.get()] { shared->accept_all(); });
}

HostileServer::~HostileServer() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
    shutdown(shared_->listener, SHUT_RDWR);
    for (const int descriptor : shared_->open) shutdown(descriptor, SHUT_RDWR);
  }
  shared_->acceptor.join();
  for (std::thread& thread : shared_->threads) thread.join();
  close(shared_->listener);
}

std::string HostileServer::url(const std::string& host) const {
  return (shared_->tls ? "https://" : "http://") + host + ":" + std::to_string(port());
}

std::uint16_t HostileServer::port() const {
  return shared_->port;
}

std::size_t HostileServer::connections() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->connections;
}

std::vector<std::string> HostileServer::requests() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->requests;
}

std::string ok(std::string_view body, std::string_view extra) {
  return "HTTP/1.1 200 OK\r\n" + std::string(extra) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

Script say(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    if (peer.read_request().empty()) return;
    peer.send(bytes);
    peer.read_request();
  };
}

Script say_and_close(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    if (!peer.read_request().empty()) peer.send(bytes);
  };
}

Script flood(std::string head, std::string piece) {
  return [head = std::move(head), piece = std::move(piece)](Peer& peer) {
    if (peer.read_request().empty() || !peer.send(head)) return;
    while (peer.send(piece)) continue;
  };
}

Script serve(std::function<std::string(const std::string&)> answer) {
  return [answer = std::move(answer)](Peer& peer) {
    for (;;) {
      const std::string request = peer.read_request();
      if (request.empty() || !peer.send(answer(request))) return;
    }
  };
}

std::string target_of(const std::string& request) {
  const std::size_t begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

}  // namespace certloop::test
