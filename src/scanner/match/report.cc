#include "scanner/match/report.h"

namespace azekura::scanner::match {

std::string_view name_of(Route route) {
  switch (route) {
    case Route::kDistribution:
      return "distribution";
    case Route::kEcosystem:
      return "ecosystem";
    case Route::kBitnami:
      return "bitnami";
    case Route::kCpe:
      return "cpe";
    case Route::kGuessedCpe:
      return "guessed-cpe";
    case Route::kJavaScript:
      return "javascript";
  }
  return "ecosystem";
}

std::string_view name_of(Gap::Kind kind) {
  switch (kind) {
    case Gap::Kind::kNoData:
      return "no-data";
    case Gap::Kind::kNoFeed:
      return "no-feed";
    case Gap::Kind::kEndOfLife:
      return "end-of-life";
    case Gap::Kind::kThirdParty:
      return "third-party";
    case Gap::Kind::kUnknownVersion:
      return "unknown-version";
    case Gap::Kind::kUnknownComponent:
      return "unknown-component";
    case Gap::Kind::kStaleSource:
      return "stale-source";
    case Gap::Kind::kUnreadable:
      return "unreadable";
    case Gap::Kind::kIdleKernel:
      return "idle-kernel";
    case Gap::Kind::kNoPackages:
      return "no-packages";
    case Gap::Kind::kStaleKnowledge:
      return "stale-knowledge";
  }
  return "no-feed";
}

}  // namespace azekura::scanner::match
