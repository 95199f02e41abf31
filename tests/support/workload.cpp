#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

// What the local cloud's tests run as an app or a job: an HTTP server on $PORT that does what the
// path says.
//
//   /env/NAME       the variable's value            /request        what has arrived, word by word
//   /file/PATH      a file of the instance          /pid            its process id
//   /status/CODE    an answer of that status        /exit/CODE      exits instead of answering
//   /slow/MS        answers after that time         /until-sigterm  answers once that came
//   /unready/N      /ready says 503 to N probes     /sick           /alive says 503
//   /until/PATH     answers once there is that file of the machine
//   /stubborn       SIGTERM has no effect any more
//
// Everything else answers the instance's name. Before it listens: START_MS to wait, EXIT_AT_START
// to exit with, UNREADY as in /unready. At SIGTERM it finishes what it is at and exits with 0. It
// prints "started", "listening", "slow begins", "slow ends", "unready" (said to a probe),
// "SIGTERM".
namespace {

std::atomic<bool> stopping{false};
std::atomic<int> unready{0};  // probes that are still to be told so
std::atomic<bool> alive{true};
std::atomic<bool> stubborn{false};
std::atomic<int> at_work{0};

struct Request {
  std::string text{};  // request line and headers, then the body
  std::string method{};
  std::string target{};
};

struct Reply {
  int status = 200;
  std::string body{};
};

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

int number(const std::string& text) {
  return text.empty() ? 0 : std::stoi(text);
}

void wait(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

void tell(const char* line) {
  [[maybe_unused]] const auto written =
      ::write(STDOUT_FILENO, line, std::char_traits<char>::length(line));
}

std::size_t length_of_body(const std::string& head) {
  const auto found = head.find("Content-Length: ");
  return found == std::string::npos ? 0U : std::strtoul(head.c_str() + found + 16, nullptr, 10);
}

Request read_request(int connection) {
  Request request;
  char buffer[4096];
  std::size_t whole = std::string::npos;
  while (request.text.size() < whole) {
    const auto size = ::recv(connection, buffer, sizeof buffer, 0);
    if (size <= 0) return {};
    request.text.append(buffer, static_cast<std::size_t>(size));
    const auto end = request.text.find("\r\n\r\n");
    if (end != std::string::npos) whole = end + 4 + length_of_body(request.text.substr(0, end));
  }
  std::istringstream(request.text) >> request.method >> request.target;
  return request;
}

std::string file(const std::string& path) {
  std::ifstream input(variable("LOCALCLOUD_ROOT") + "/" + path);
  return {std::istreambuf_iterator<char>(input), {}};
}

Reply set(std::atomic<bool>& flag, bool value) {
  flag = value;
  return {200, "done"};
}

template <typename Done>
void work_until(const Done& done) {
  tell("slow begins\n");
  while (!done()) wait(1);
  tell("slow ends\n");
}

Reply readiness(const Request& request) {
  if (unready == 0) return {};
  if (request.text.find("kube-probe") != std::string::npos) {
    tell("unready\n");
    --unready;
  }
  return {503, ""};
}

Reply answer(const Request& request) {
  const std::string& target = request.target;
  const auto end = target.find('/', 1);
  const std::string what = target.substr(0, end);
  const std::string rest = end == std::string::npos ? "" : target.substr(end + 1);
  if (what == "/env") return {200, variable(rest)};
  if (what == "/file") return {200, file(rest)};
  if (what == "/status") return {number(rest), "as told"};
  if (what.starts_with("/request")) return {200, request.text};
  if (what == "/pid") return {200, std::to_string(::getpid())};
  if (what == "/exit") std::_Exit(number(rest));
  if (what == "/unready") unready = number(rest);
  if (what == "/sick") return set(alive, false);
  if (what == "/stubborn") return set(stubborn, true);
  if (what == "/ready") return readiness(request);
  if (what == "/alive") return {alive ? 200 : 503, ""};
  if (what == "/until-sigterm") work_until([] { return stopping.load(); });
  if (what == "/until") work_until([&] { return ::access(('/' + rest).c_str(), F_OK) == 0; });
  if (what == "/slow") {
    tell("slow begins\n");
    wait(number(rest));
    tell("slow ends\n");
  }
  return {200, variable("HOSTNAME")};
}

void serve(int connection) {
  const Request request = read_request(connection);
  if (!request.method.empty()) {
    const Reply reply = answer(request);
    std::ostringstream text;
    text << "HTTP/1.1 " << reply.status << " \r\nContent-Type: text/plain\r\nX-Workload: yes\r\n"
         << "Keep-Alive: timeout=5\r\nConnection: close\r\nContent-Length: " << reply.body.size()
         << "\r\n\r\n"
         << (request.method == "HEAD" ? "" : reply.body);
    const std::string bytes = text.str();
    ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  ::close(connection);
  --at_work;
}

int listen_on(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 1024) != 0) {
    tell("cannot listen\n");
    std::_Exit(1);
  }
  return listener;
}

void on_sigterm(int) {
  tell("SIGTERM\n");
  if (!stubborn) stopping = true;
}

}  // namespace

int main() {
  tell("started\n");
  // Nobody sees the signal but who waits for the next connection.
  sigset_t term;
  sigset_t none;
  sigemptyset(&none);
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, nullptr);
  struct sigaction action {};
  action.sa_handler = on_sigterm;
  ::sigaction(SIGTERM, &action, nullptr);
  wait(number(variable("START_MS")));
  if (const std::string code = variable("EXIT_AT_START"); !code.empty()) return number(code);
  pollfd listener{.fd = listen_on(number(variable("PORT"))), .events = POLLIN, .revents = 0};
  unready = number(variable("UNREADY"));
  tell("listening\n");
  while (!stopping) {
    if (::ppoll(&listener, 1, nullptr, &none) != 1) continue;
    ++at_work;
    std::thread(serve, ::accept(listener.fd, nullptr, nullptr)).detach();
  }
  while (at_work > 0) wait(1);
  std::_Exit(0);
}
