// Dates as they stand in files of rules. For this room only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scanner/database/advisory.h"

namespace azekura::scanner::rules {

// "2024-01-31", "2024-01-31Z", "2024-01-31+09:00", "2024-01-31T12:00:00.5Z", "2024-01-31 12:00:00".
// What says nothing of its zone is UTC, what says nothing of the hour is midnight. Nothing for what
// is no such date.
std::optional<Time> parse_date(std::string_view text);
// "2024-01-31T12:00:00Z".
std::string to_date_time(Time time);

}  // namespace azekura::scanner::rules
