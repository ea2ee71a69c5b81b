#include "scanner/advisories/rpm_claims.h"

#include <utility>

#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {

std::optional<NameAndVersion> split_nevr(std::string_view text) {
  const std::size_t release = text.rfind('-');
  if (release == std::string_view::npos || release == 0) return std::nullopt;
  const std::size_t version = text.rfind('-', release - 1);
  if (version == std::string_view::npos || version == 0) return std::nullopt;
  std::string_view evr = text.substr(version + 1);
  if (evr.starts_with("0:")) evr.remove_prefix(2);
  if (evr.starts_with('-') || evr.ends_with('-')) return std::nullopt;
  return NameAndVersion{text.substr(0, version), std::string(evr)};
}

std::optional<NameAndVersion> split_nevra(std::string_view text, std::string_view& arch) {
  if (text.ends_with(".rpm")) text.remove_suffix(4);
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  arch = text.substr(dot + 1);
  return split_nevr(text.substr(0, dot));
}

std::string evr_of(std::string_view epoch, std::string_view version, std::string_view release) {
  std::string evr;
  if (!epoch.empty() && epoch != "0") evr.append(epoch).append(":");
  evr.append(version);
  if (!release.empty()) evr.append("-").append(release);
  return evr;
}

std::string_view enterprise_release_of(std::string_view rpm_release) {
  for (std::size_t at = rpm_release.find("el"); at != std::string_view::npos;
       at = rpm_release.find("el", at + 1)) {
    if (at == 0 || is_alphanumeric(rpm_release[at - 1])) continue;
    std::size_t end = at + 2;
    while (end < rpm_release.size() && is_digit(rpm_release[end])) ++end;
    if (end > at + 2) return rpm_release.substr(at + 2, end - at - 2);
  }
  return {};
}

std::string_view module_stream_of(std::string_view module) {
  const std::size_t name = module.find(':');
  if (name == std::string_view::npos) return {};
  return module.substr(0, module.find(':', name + 1));
}

void ClaimList::add(Affected claim) {
  constexpr char kSeparator = '\x1f';
  std::string key = claim.where.release;
  key += kSeparator;
  key += claim.name;
  key += kSeparator;
  key += claim.qualifier;
  key += kSeparator;
  key += static_cast<char>('a' + static_cast<int>(claim.where.ecosystem));
  key += static_cast<char>('a' + static_cast<int>(claim.state));
  for (const AffectedRange& range : claim.ranges) {
    key += kSeparator;
    key += range.end;
  }
  if (seen_.insert(std::move(key)).second) advisory_.affected.push_back(std::move(claim));
}

}  // namespace azekura::scanner::advisories
