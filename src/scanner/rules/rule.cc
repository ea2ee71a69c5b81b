#include "scanner/rules/rule.h"

namespace azekura::scanner::rules {

std::string_view name_of(Format format) {
  switch (format) {
    case Format::kOpenVex:
      return "OpenVEX";
    case Format::kCsafVex:
      return "CSAF";
    case Format::kCycloneDxVex:
      return "CycloneDX";
    case Format::kDependencyCheck:
      return "Dependency-Check";
    case Format::kTrivyIgnore:
      return ".trivyignore";
    case Format::kTrivyIgnoreYaml:
      return ".trivyignore.yaml";
    case Format::kGrype:
      return "Grype";
    case Format::kOsvScanner:
      return "osv-scanner.toml";
  }
  return "";
}

bool is_vex(Format format) {
  return format == Format::kOpenVex || format == Format::kCsafVex ||
         format == Format::kCycloneDxVex;
}

}  // namespace azekura::scanner::rules
