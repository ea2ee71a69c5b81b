// What the readers of this room share: the collecting of what they find, and text by lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scanner/document/json.h"
#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {

// Longer names are no names.
inline constexpr std::size_t kNameSizeMax = 1024;

// Collects the components of one file: each once, bounded.
class Collector {
 public:
  Collector(Ecosystem ecosystem, Evidence evidence) : ecosystem_(ecosystem), evidence_(evidence) {}

  struct Flags {
    bool development = false;
    bool direct = false;
  };
  // A component that is there already becomes direct if either is, and development only if both
  // are. A name or a version that can be none (empty, too long, with control characters) is a
  // problem.
  void add(std::string_view name, std::string_view version, Flags flags);
  void add(std::string_view name, std::string_view version) { add(name, version, Flags{}); }
  // With all its fields; ecosystem and evidence as they stand in it.
  void add(Component component);

  void problem(Problem::Kind kind, std::string why);
  void unknown(std::string why) { problem(Problem::Kind::kUnknown, std::move(why)); }
  void malformed(std::string why) { problem(Problem::Kind::kMalformed, std::move(why)); }

  bool full() const { return full_; }
  ReadOutcome& outcome() { return outcome_; }
  ReadOutcome take() { return std::move(outcome_); }

 private:
  Ecosystem ecosystem_;
  Evidence evidence_;
  bool full_ = false;
  ReadOutcome outcome_;
  std::unordered_map<std::string, std::size_t> seen_;
};

// Without blanks, tabs and line ends at both ends.
std::string_view trimmed(std::string_view text);
// The text without the one pair of quotes around it.
std::string_view unquoted(std::string_view text);
// Takes the next line off `rest`, without its end (LF or CRLF); false at the end.
bool next_line(std::string_view& rest, std::string_view& line);
// Cuts at the first `mark`: what stands before it; `rest` is left with what follows, or empty.
std::string_view cut(std::string_view& rest, char mark);
// The parts between marks, trimmed; empty ones are left out.
std::vector<std::string_view> split(std::string_view text, char mark);
std::string lower(std::string_view text);
bool contains(std::string_view text, std::string_view part);
// "a/b/c.txt" → "c.txt"; "a/b/c.txt" → "a/b".
std::string_view file_name(std::string_view path);
std::string_view folder_of(std::string_view path);
// A text for a message: control characters replaced, cut at 200 octets.
std::string shown(std::string_view text);

}  // namespace azekura::scanner::inventory
