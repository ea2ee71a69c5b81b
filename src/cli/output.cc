#include "cli/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>

namespace azekura::cli {

namespace {

std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

// Columns that a text takes, counting every code point as one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

void print_error(const Error& error) {
  fmt::print(stderr, "azekura: error: {}\n", printable(error.message));
  if (!error.hint.empty()) fmt::print(stderr, "hint: {}\n", printable(error.hint));
}

void say(std::string_view line) { fmt::print(stderr, "{}\n", line); }

Status print_text(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return fail_errno("cannot write to stdout", errno);
  }
  return {};
}

Status print_json(const Json& json) { return print_text(json.text() + "\n"); }

std::string table(const std::vector<std::string>& heads,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines{heads};
  for (const auto& row : rows) {
    lines.emplace_back();
    for (const auto& cell : row) lines.back().push_back(printable(cell));
  }
  std::vector<std::size_t> widths(heads.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
  }
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      out += line[i];
      if (i + 1 < line.size()) out.append(widths[i] - width_of(line[i]) + 2, ' ');
    }
    while (out.ends_with(' ')) out.pop_back();
    out.push_back('\n');
  }
  return out;
}

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
