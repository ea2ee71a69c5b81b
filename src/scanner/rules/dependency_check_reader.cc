// Suppressions of OWASP Dependency-Check, schemas 1.0 to 1.3.

#include <algorithm>
#include <array>
#include <charconv>

#include "scanner/rules/dates.h"
#include "scanner/rules/pattern.h"
#include "scanner/rules/reading.h"
#include "scanner/terms/cpe.h"

namespace azekura::scanner::rules {
namespace {

bool is_true(XmlNode node, std::string_view name) {
  const std::string_view value = attribute(node, name);
  return value == "true" || value == "1";
}

// A text is a pattern that must match the whole, or is compared; both without case unless asked
// for.
std::string pattern_of(XmlNode node) {
  const std::string text = text_of(node);
  const std::string pattern = is_true(node, "regex") ? text : literal(text);
  return is_true(node, "caseSensitive") ? pattern : without_case(pattern);
}

// A CPE that is no pattern stands for all that begin with it.
void set_cpe(XmlNode node, Rule& rule) {
  if (is_true(node, "regex")) {
    rule.cpe_pattern = pattern_of(node);
    return;
  }
  const std::string text = text_of(node);
  const auto cpe = parse_cpe(text);
  rule.cpe = cpe && text.starts_with("cpe:2.3:") ? to_uri(*cpe) : text;
}

bool is_condition(std::string_view name) {
  constexpr std::array<std::string_view, 5> kConditions{"cpe", "cve", "vulnerabilityName", "cwe",
                                                        "cvssBelow"};
  return std::find(kConditions.begin(), kConditions.end(), name) != kConditions.end();
}

bool is_id(XmlNode node) {
  const std::string_view name = local_name(node);
  return name == "cve" || (name == "vulnerabilityName" && !is_true(node, "regex"));
}

// Puts what an element asks of a finding into the rule. Says why it cannot.
std::string set_condition(XmlNode node, Rule& rule) {
  const std::string_view name = local_name(node);
  const std::string text = text_of(node);
  if (name == "vulnerabilityName") rule.id_pattern = pattern_of(node);
  if (name == "cpe") set_cpe(node, rule);
  if (name == "cwe") rule.cwe = text.starts_with("CWE-") ? text : "CWE-" + text;
  if (name != "cvssBelow") return {};
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, rule.cvss_below);
  const bool whole = error == std::errc() && end == last;
  const bool score = whole && rule.cvss_below > 0 && rule.cvss_below <= 10;
  return score ? std::string() : "cvssBelow is no score: " + text;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

class Reader {
 public:
  explicit Reader(Reading& reading) : reading_(reading) {}

  void read(XmlNode suppress, const std::string& place) {
    Rule rule = reading_.rule(place);
    rule.reason = one_line(child_text(suppress, "notes"));
    rule.stock = is_true(suppress, "base");
    if (const std::string_view until = attribute(suppress, "until"); !until.empty()) {
      const auto date = parse_date(until);
      if (!date) return reading_.problem(place, "until is no date: " + std::string(until));
      rule.expires = *date;
    }
    if (!read_component(suppress, rule)) {
      return reading_.problem(place, "it has an element that is not known or is empty");
    }
    // Any one of what follows is enough.
    Rule by_ids = rule;
    bool any = false;
    for (const XmlNode node : suppress.children()) {
      if (!is_condition(local_name(node))) continue;
      any = true;
      if (is_id(node)) {
        by_ids.ids.push_back(text_of(node));
        continue;
      }
      Rule each = rule;
      const std::string why = set_condition(node, each);
      if (why.empty()) {
        reading_.add(std::move(each));
      } else {
        reading_.problem(place, why);
      }
    }
    if (!by_ids.ids.empty()) reading_.add(std::move(by_ids));
    if (!any) reading_.problem(place, "it names nothing to suppress");
  }

 private:
  // False for an element that is none of the schema's: without it the rule would hold for more.
  static bool read_component(XmlNode suppress, Rule& rule) {
    for (const XmlNode node : suppress.children()) {
      if (node.type() != pugi::node_element) continue;
      const std::string_view name = local_name(node);
      if (name == "notes") continue;
      if (text_of(node).empty()) return false;
      if (name == "filePath") {
        rule.path_pattern = pattern_of(node);
      } else if (name == "sha1") {
        rule.sha1 = text_of(node);
      } else if (name == "gav") {
        rule.gav_pattern = pattern_of(node);
      } else if (name == "packageUrl") {
        rule.purl_pattern = pattern_of(node);
      } else if (!is_condition(name)) {
        return false;
      }
    }
    return true;
  }

  Reading& reading_;
};

}  // namespace

void read_dependency_check(XmlNode root, Reading& reading) {
  Reader reader(reading);
  int number = 0;
  for (const XmlNode suppress : children(root, "suppress")) {
    reader.read(suppress, "suppress " + std::to_string(++number));
  }
}

}  // namespace azekura::scanner::rules
