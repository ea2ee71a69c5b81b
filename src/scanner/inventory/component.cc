#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

std::string_view name_of(Evidence evidence) {
  switch (evidence) {
    case Evidence::kPackageDatabase:
      return "package database";
    case Evidence::kLockfile:
      return "lockfile";
    case Evidence::kInstalled:
      return "installed";
    case Evidence::kBuildInfo:
      return "build information";
    case Evidence::kDigest:
      return "digest";
    case Evidence::kSbom:
      return "SBOM";
    case Evidence::kDeclared:
      return "declared";
    case Evidence::kManifest:
      return "manifest";
    case Evidence::kSignature:
      return "signature";
    case Evidence::kFileName:
      return "file name";
  }
  return "unknown";
}

std::string_view name_of(Problem::Kind kind) {
  switch (kind) {
    case Problem::Kind::kUnreadable:
      return "unreadable";
    case Problem::Kind::kMalformed:
      return "malformed";
    case Problem::Kind::kLimit:
      return "limit";
    case Problem::Kind::kHostile:
      return "hostile";
    case Problem::Kind::kUnknown:
      return "unknown";
    case Problem::Kind::kSkipped:
      return "skipped";
  }
  return "unknown";
}

}  // namespace azekura::scanner::inventory
