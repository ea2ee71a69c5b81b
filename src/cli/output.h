// Output: data on stdout, talk on stderr.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/text_table.h"
#include "cli/json.h"

namespace azekura::cli {

// "azekura: error: …" and "hint: …" on stderr.
void print_error(const Error& error);

// A line on stderr.
void say(std::string_view line);

// Lines or JSON on stdout. kIo when stdout takes no more (a full disk must not look like success).
Status print_text(std::string_view text);
Status print_json(const Json& json);

// Asks yes or no on the terminal; no is the default. kUnavailable without a terminal.
Result<bool> confirm(const std::string& question);

}  // namespace azekura::cli
