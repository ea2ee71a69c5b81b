// Log: lines on stderr that an operator can act on. UTC, one line an event, no secrets.
#pragma once

#include <string>
#include <string_view>

#include "hsm/token/journal.h"

namespace azekura::hsm::daemon {

void start_log();

// Only what a terminal may show: other octets become '?', so that no label forges a line.
std::string printable(std::string_view text);

// Writes what the token decided.
class LogJournal : public token::Journal {
 public:
  void record(const token::Event& event) override;
};

// The line of an event, without time and level.
std::string line_of(const token::Event& event);

}  // namespace azekura::hsm::daemon
