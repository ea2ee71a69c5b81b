#include "scanner/advisories/red_hat_terms.h"

#include <algorithm>
#include <array>
#include <string>

#include "scanner/advisories/fields.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

struct Word {
  std::string_view word;
  State state;
};
constexpr std::array kWords{
    Word{"Affected", State::kAffected},
    Word{"Not affected", State::kNotAffected},
    Word{"Will not fix", State::kWontFix},
    Word{"Fix deferred", State::kPostponed},
    Word{"Out of support scope", State::kEndOfLife},
    Word{"Under investigation", State::kInvestigating},
};

}  // namespace

EcosystemRelease red_hat_release(std::string_view cpe) {
  for (const std::string_view prefix : {"cpe:/o:redhat:", "cpe:/a:redhat:"}) {
    if (cpe.starts_with(prefix)) {
      return parse_ecosystem("Red Hat:" + std::string(cpe.substr(prefix.size())));
    }
  }
  return {};
}

State red_hat_state(std::string_view word) {
  const auto* known = std::find_if(kWords.begin(), kWords.end(),
                                   [&](const Word& each) { return each.word == word; });
  return known == kWords.end() ? State::kInvestigating : known->state;
}

void add_cwes(std::string_view text, Advisory& advisory) {
  for (std::size_t at = text.find("CWE-"); at != std::string_view::npos;) {
    std::size_t end = at + 4;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end > at + 4) add_once(advisory.cwes, std::string(text.substr(at, end - at)));
    at = text.find("CWE-", end);
  }
}

void sign_as_red_hat(Advisory& advisory) {
  advisory.link = page_of(advisory.id);
  if (advisory.link.empty())
    advisory.link = "https://access.redhat.com/security/cve/" + advisory.id;
  advisory.english.source = "Red Hat";
  advisory.english.link = advisory.link;
}

}  // namespace azekura::scanner::advisories
