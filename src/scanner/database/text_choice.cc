#include "scanner/database/text_choice.h"

#include <array>

#include "scanner/terms/text.h"

namespace azekura::scanner {
namespace {

struct Rank {
  std::string_view prefix;  // lower case
  std::uint8_t rank;
};

constexpr std::uint8_t kUnknownSource = 70;
constexpr std::uint8_t kWithoutBody = 100;

constexpr std::array kBySource = {
    Rank{"ghsa", 10},         Rank{"github", 10},       Rank{"jvn", 10},     Rank{"cve", 20},
    Rank{"cna", 20},          Rank{"vulnrichment", 20}, Rank{"nvd", 30},     Rank{"go", 40},
    Rank{"pypa", 40},         Rank{"pysec", 40},        Rank{"rustsec", 40}, Rank{"rubysec", 40},
    Rank{"friendsofphp", 40}, Rank{"node", 40},         Rank{"red hat", 50}, Rank{"redhat", 50},
    Rank{"ubuntu", 52},       Rank{"debian", 54},       Rank{"alma", 56},    Rank{"rocky", 56},
    Rank{"amazon", 56},       Rank{"suse", 56},         Rank{"alpine", 56},  Rank{"bitnami", 60},
    Rank{"kev", 62},          Rank{"cisa", 62},         Rank{"exploit", 80}, Rank{"metasploit", 80},
};
// For texts that do not say whose they are.
constexpr std::array kById = {
    Rank{"ghsa-", 10},  Rank{"jvndb-", 10},   Rank{"cve-", 35},  Rank{"go-", 40},
    Rank{"pysec-", 40}, Rank{"rustsec-", 40}, Rank{"rhsa-", 50}, Rank{"ubuntu-", 52},
    Rank{"usn-", 52},   Rank{"debian-", 54},  Rank{"dsa-", 54},  Rank{"dla-", 54},
    Rank{"bit-", 60},
};

template <std::size_t kSize>
const Rank* find_prefix(const std::array<Rank, kSize>& ranks, std::string_view text) {
  const std::string lower = to_lower(text.substr(0, 16));
  for (const Rank& rank : ranks) {
    if (lower.starts_with(rank.prefix)) return &rank;
  }
  return nullptr;
}

}  // namespace

std::uint8_t text_rank(const Text& text, std::string_view record_id) {
  const Rank* found =
      text.source.empty() ? find_prefix(kById, record_id) : find_prefix(kBySource, text.source);
  const std::uint8_t rank = found != nullptr ? found->rank : kUnknownSource;
  return text.body.empty() ? static_cast<std::uint8_t>(rank + kWithoutBody) : rank;
}

}  // namespace azekura::scanner
