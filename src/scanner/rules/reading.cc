#include "scanner/rules/reading.h"

#include "scanner/rules/pattern.h"
#include "scanner/rules/vers.h"

namespace azekura::scanner::rules {
namespace {

// Why a rule cannot hold for anything as it is written; empty if it can.
std::string fault_of(const Rule& rule) {
  for (const std::string* pattern : {&rule.id_pattern, &rule.purl_pattern, &rule.name_pattern,
                                     &rule.cpe_pattern, &rule.path_pattern, &rule.gav_pattern}) {
    if (pattern->empty()) continue;
    if (const auto compiled = compile(*pattern); !compiled) {
      return "the pattern " + pattern->substr(0, 200) +
             " cannot be taken over: " + compiled.error().message;
    }
  }
  if (!rule.version_range.empty()) {
    if (const auto range = Vers::parse(rule.version_range); !range) return range.error().message;
  }
  return {};
}

}  // namespace

std::string not_single(Json entry, std::span<const std::string_view> keys) {
  for (const std::string_view key : keys) {
    const Json value = entry[key];
    if (value.is_array() || value.is_object()) return std::string(key) + " is no single value";
  }
  return {};
}

Rule Reading::rule(std::string_view place) const {
  Rule rule;
  rule.format = result_.format;
  rule.source = file_ + ": " + std::string(place);
  return rule;
}

void Reading::add(Rule rule) {
  if (result_.rules.size() >= kRulesMax) {
    full_ = true;
    return;
  }
  if (std::string fault = fault_of(rule); !fault.empty()) {
    problem(rule.source.substr(file_.size() + 2), fault);
    return;
  }
  result_.rules.push_back(std::move(rule));
}

void Reading::problem(std::string_view place, std::string_view why) {
  if (result_.problems.size() >= kProblemsMax) return;
  std::string text = file_ + ": " + std::string(place) + ": " + std::string(why);
  if (!told_.insert(text).second) return;
  result_.problems.push_back(std::move(text));
  if (result_.problems.size() == kProblemsMax) {
    result_.problems.push_back(file_ + ": there are more problems than are told");
  }
}

Result<RuleFile> Reading::take() {
  if (full_)
    return fail(Code::kExhausted, file_ + " has more than " + std::to_string(kRulesMax) + " rules");
  return std::move(result_);
}

}  // namespace azekura::scanner::rules
