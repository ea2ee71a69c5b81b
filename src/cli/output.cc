#include "cli/output.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>

namespace azekura::cli {

void print_error(const Error& error) {
  fmt::print(stderr, "azekura: error: {}\n", printable(error.message));
  if (!error.hint.empty()) fmt::print(stderr, "hint: {}\n", printable(error.hint));
}

void say(std::string_view line) { fmt::print(stderr, "{}\n", line); }

Status print_text(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    const int error = errno;
    // A reader that has seen enough (| head) wants no message: we end as everybody does.
    if (error == EPIPE) {
      std::signal(SIGPIPE, SIG_DFL);
      std::raise(SIGPIPE);
    }
    return fail_errno("cannot write to stdout", error);
  }
  return {};
}

Status print_json(const Json& json) { return print_text(json.text() + "\n"); }

Result<bool> confirm(const std::string& question) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> terminal(std::fopen("/dev/tty", "r+e"),
                                                                 &std::fclose);
  if (!terminal) {
    return fail(Code::kUnavailable, "there is no terminal to ask: " + question, "say --yes");
  }
  fmt::print(terminal.get(), "{} [y/N] ", printable(question));
  std::fflush(terminal.get());
  char line[16] = {};
  if (std::fgets(line, sizeof line, terminal.get()) == nullptr) return false;
  return line[0] == 'y' || line[0] == 'Y';
}

}  // namespace azekura::cli
