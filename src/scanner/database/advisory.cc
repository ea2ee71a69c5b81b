#include "scanner/database/advisory.h"

namespace azekura::scanner {

std::string_view name_of(State state) {
  switch (state) {
    case State::kFixed:
      return "fixed";
    case State::kAffected:
      return "affected";
    case State::kWontFix:
      return "will-not-fix";
    case State::kPostponed:
      return "postponed";
    case State::kNotAffected:
      return "not-affected";
    case State::kInvestigating:
      return "under-investigation";
    case State::kEndOfLife:
      return "end-of-life";
  }
  return "unknown";
}

}  // namespace azekura::scanner
