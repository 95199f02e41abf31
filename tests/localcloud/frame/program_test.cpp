#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/localcloud/ce/settled.h"
#include "tests/support/catch.h"
#include "tests/support/cloud_client.h"

extern char** environ;

namespace {

// The program with its output at the other end of a pipe.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    int ends[2] = {-1, -1};
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    arguments.insert(arguments.begin(), LOCALCLOUD_PROGRAM);
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    const int failed =
        posix_spawn(&pid_, LOCALCLOUD_PROGRAM, &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = ends[0];
    if (failed != 0) throw std::runtime_error("cannot start " LOCALCLOUD_PROGRAM);
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      exit_code();
    }
    close(output_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  std::string line() {
    std::string text;
    for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  std::string rest() {
    std::string text;
    for (char c = 0; read(output_, &c, 1) == 1;) text += c;
    return text;
  }
  void signal(int number) const { kill(pid_, number); }
  int exit_code() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  int output_ = -1;
};

std::map<std::string, std::string> read_env(const std::string& path) {
  std::map<std::string, std::string> names;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    names[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  }
  return names;
}

struct Folder {
  std::string path = make();
  ~Folder() { std::filesystem::remove_all(path); }
  static std::string make() {
    std::string name = std::filesystem::temp_directory_path() / "localcloud-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
    return name;
  }
};

}  // namespace

TEST_CASE("the program tells its addresses, serves, and ends with 0 when asked to") {
  const Folder folder;
  for (const int signal : {SIGTERM, SIGINT}) {
    CAPTURE(signal);
    const std::string env = folder.path + "/env." + std::to_string(signal);
    Program program({"--env-file", env});
    const std::string said = program.line();
    const auto names = read_env(env);
    REQUIRE(names.count("LOCALCLOUD_URL") == 1);
    CHECK(said == "local cloud at " + names.at("LOCALCLOUD_URL"));
    CHECK(cloud_client::call("GET", names.at("LOCALCLOUD_URL") + "/_local/clock").status == 200);
    CHECK_FALSE(
        cloud_client::access_token(names.at("CERTLOOP_IAM_URL"), names.at("CERTLOOP_API_KEY"))
            .empty());
    program.signal(signal);
    CHECK(program.exit_code() == 0);
  }
  const auto files = std::filesystem::directory_iterator(folder.path);
  CHECK(std::distance(begin(files), end(files)) == 2);
}

TEST_CASE("with --tls the CA lies beside the env file, under the names that clients look for") {
  const Folder folder;
  Program program({"--tls", "--env-file", folder.path + "/env"});
  CHECK(program.line().rfind("local cloud at https://", 0) == 0);
  const auto names = read_env(folder.path + "/env");
  for (const char* name : {"LOCALCLOUD_CA_FILE", "CERTLOOP_CA_FILE", "SSL_CERT_FILE",
                           "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}) {
    CAPTURE(name);
    CHECK(names.at(name) == folder.path + "/env.ca.pem");
  }
  std::ifstream file(names.at("CERTLOOP_CA_FILE"));
  std::string first;
  std::getline(file, first);
  CHECK(first == "-----BEGIN CERTIFICATE-----");
}

TEST_CASE("--switch starts the program with switches in another position") {
  const Folder folder;
  Program program({"--switch", "strict_tls=true", "--switch", "pem_line_ends=crlf", "--env-file",
                   folder.path + "/env"});
  program.line();
  const auto switches =
      cloud_client::call("GET",
                         read_env(folder.path + "/env").at("LOCALCLOUD_URL") + "/_local/switches")
          .json();
  CHECK(switches["strict_tls"]["value"] == true);
  CHECK(switches["pem_line_ends"]["value"] == "crlf");
}

TEST_CASE("--image makes jobs of that image run") {
  const Folder folder;
  Program program({"--image", "batch=echo $JOB_INDEX of", "--env-file", folder.path + "/env"});
  program.line();
  const auto names = read_env(folder.path + "/env");
  const std::string token =
      cloud_client::access_token(names.at("CERTLOOP_IAM_URL"), names.at("CERTLOOP_API_KEY"));
  const std::string project = names.at("LOCALCLOUD_PROJECT_A");
  const cloud_client::Client code_engine =
      cloud_client::Client(names.at("CODE_ENGINE_URL") + "/projects/" + project).bearer(token);
  const cloud_client::Json run{
      {"name", "one"}, {"image_reference", "batch:2"}, {"run_arguments", {"many", "$HOME"}}};
  REQUIRE(code_engine.post("/job_runs", run).status == 202);
  const cloud_client::Json over = settled(code_engine, "/job_runs/one", [](const auto& document) {
    return document.at("status") == "completed";
  });
  CHECK(over["status"] == "completed");
  const std::string log = names.at("LOCALCLOUD_URL") + "/_local/logs/" + project + "/job_runs/one";
  CHECK(cloud_client::call("GET", log).body.ends_with(" one-0-0 0 of many $HOME\n"));
}

TEST_CASE("--seed gives the program something to hold, and the env file what the seed tells") {
  const Folder folder;
  std::ofstream(folder.path + "/seed.json") << R"([
    {"call": "POST ${SECRETS_MANAGER_URL}/api/v2/secret_groups", "body": {"name": "shop"},
     "save": "group", "env": {"SHOP_GROUP": "${group.id}"}}])";
  Program program({"--seed", folder.path + "/seed.json", "--env-file", folder.path + "/env"});
  program.line();
  const auto names = read_env(folder.path + "/env");
  const std::string token =
      cloud_client::access_token(names.at("CERTLOOP_IAM_URL"), names.at("CERTLOOP_API_KEY"));
  const auto group = cloud_client::Client(names.at("SECRETS_MANAGER_URL"))
                         .bearer(token)
                         .get("/api/v2/secret_groups/" + names.at("SHOP_GROUP"));
  CHECK(group.json()["name"] == "shop");
}

TEST_CASE("the program refuses what it cannot or should not do") {
  struct Case {
    std::vector<std::string> arguments;
    std::string says;
  };
  const Case cases[] = {
      {{"--listen", "0.0.0.0:0"}, "--listen-anywhere"},
      {{"--listen", "192.0.2.1:0"}, "--listen-anywhere"},
      {{"--listen", "127.0.0.1"}, "ADDRESS:PORT"},
      {{"--listen", "127.0.0.1:"}, "port"},
      {{"--listen", "127.0.0.1:70000"}, "port"},
      {{"--listen", "127.nothing:0"}, "not an IP address"},
      {{"--env-file", "/nonexistent/folder/env"}, "cannot write"},
      {{"--switch", "strict_tls"}, "NAME=VALUE"},
      {{"--switch", "strict_tls=yes"}, "a value like false"},
      {{"--switch", "no_such=true"}, "no switch no_such"},
      {{"--image", "batch"}, "NAME='command line'"},
      {{"--image", "=batch"}, "NAME='command line'"},
      {{"--image", "batch=true", "--listen", "0.0.0.0:0", "--listen-anywhere"}, "exclude"},
      {{"--image", "batch="}, "no command"},
      {{"--seed", "/nonexistent/seed.json"}, "seed /nonexistent/seed.json: cannot read"},
      {{"--unknown"}, "--unknown"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.arguments);
    Program program(c.arguments);
    CHECK(program.rest().find(c.says) != std::string::npos);
    CHECK(program.exit_code() != 0);
  }
}

TEST_CASE("the program explains its options") {
  Program program({"--help"});
  const std::string help = program.rest();
  for (const std::string option : {"--listen", "--env-file", "--listen-anywhere", "--tls",
                                   "--switch", "--image", "--seed", "127.0.0.1:0"}) {
    CAPTURE(option);
    CHECK(help.find(option) != std::string::npos);
  }
  CHECK(program.exit_code() == 0);
}
