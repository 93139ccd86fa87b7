#include "servers.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace utcp::ws {
namespace {

/// A child process with pipes at its standard input and output.
class Program {
 public:
  Program() {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (pipe(in.data()) != 0 || pipe(out.data()) != 0) std::abort();
    child_ = fork();
    if (child_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      for (const int end : {in[0], in[1], out[0], out[1]}) close(end);
      execlp("node", "node", UTCP_SOURCE_DIR "/tests/client/servers/main.js", nullptr);
      std::perror("node");
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    std::string line;
    for (char c = 0; read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    close(out[0]);
    told_ = Json::parse(line, nullptr, false);
    if (told_.is_discarded()) {
      std::fprintf(stderr, "the servers did not start: %s\n", line.c_str());
      std::abort();
    }
  }
  ~Program() {
    close(input_);
    waitpid(child_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] const Json& told() const { return told_; }

 private:
  pid_t child_ = 0;
  int input_ = -1;
  Json told_;
};

}  // namespace

const Json& servers() {
  static const Program program;
  return program.told();
}

}  // namespace utcp::ws
