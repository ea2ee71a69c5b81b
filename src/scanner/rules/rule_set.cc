#include <algorithm>
#include <atomic>
#include <deque>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "scanner/rules/pattern.h"
#include "scanner/rules/rule.h"
#include "scanner/rules/vers.h"
#include "scanner/terms/cpe.h"
#include "scanner/terms/purl.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::rules {
namespace {

using Pattern = std::shared_ptr<const re2::RE2>;
using Index = std::uint32_t;
constexpr Index kNone = std::numeric_limits<Index>::max();

// Ids and CPEs are looked up without regard to case.
struct FoldedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : text)
      hash = (hash ^ static_cast<unsigned char>(to_lower(c))) * 0x100000001b3;
    return hash;
  }
};
bool equal_folded(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower(x) == to_lower(y);
         });
}
struct FoldedEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return equal_folded(a, b); }
};
using Lists = std::unordered_map<std::string, std::vector<Index>, FoldedHash, FoldedEqual>;

// A purl taken apart once.
struct Package {
  Purl purl;
  EcosystemRelease where;
  std::string name;
  std::string version;
};

std::optional<Package> package_of(std::string_view text) {
  auto purl = parse_purl(text);
  if (!purl) return std::nullopt;
  Package package{std::move(*purl), {}, {}, {}};
  package.where = ecosystem_of(package.purl);
  package.name = package_name_of(package.purl);
  package.version = package_version_of(package.purl);
  // Go's own tools write the v, others do not; an epoch of 0 is none.
  if (package.where.ecosystem == Ecosystem::kGo && package.version.starts_with('v'))
    package.version.erase(0, 1);
  if (package.version.starts_with("0:")) package.version.erase(0, 2);
  return package;
}

// What a rule's purl says must be so for the other one. What only the rule says (an architecture
// that the finding does not know) speaks against nothing.
bool agrees(const Package& rule, const Package& other) {
  if (rule.purl.type != other.purl.type || rule.name != other.name) return false;
  if (rule.purl.space != other.purl.space && rule.where.ecosystem == Ecosystem::kUnknown)
    return false;
  if (rule.where.ecosystem != other.where.ecosystem) return false;
  if (!rule.version.empty() && rule.version != other.version) return false;
  if (!rule.where.release.empty() && !other.where.release.empty() &&
      rule.where.release != other.where.release) {
    return false;
  }
  for (const auto& [key, value] : rule.purl.qualifiers) {
    if (key == "distro" || key == "epoch") continue;  // seen to above
    const auto at = other.purl.qualifiers.find(key);
    if (at != other.purl.qualifiers.end() && at->second != value) return false;
  }
  return rule.purl.subpath.empty() || rule.purl.subpath == other.purl.subpath;
}

bool agrees(const Cpe& rule, const Cpe& other) {
  if (!covers_attributes(rule, other)) return false;
  const CpeRelation version = relation(rule.version, other.version);
  return version == CpeRelation::kEqual || version == CpeRelation::kSuperset;
}

// A rule with everything parsed that can be.
struct Compiled {
  Pattern id, purl, name, cpe, path, gav;
  std::optional<Package> package;
  std::optional<Package> product_package;
  std::optional<Cpe> product_cpe;
  std::optional<Vers> range;
  EcosystemRelease where;
  Index entry = 0;  // of the file: all rules of one source
};

Result<Pattern> compiled(const Rule& rule, const std::string& pattern) {
  if (pattern.empty()) return Pattern();
  auto result = compile(pattern);
  if (!result) {
    return fail(Code::kInvalid, rule.source + ": the pattern " + pattern.substr(0, 200) +
                                    " cannot be taken over: " + result.error().message);
  }
  return *result;
}

Result<Compiled> compile_rule(const Rule& rule) {
  Compiled out;
  ASSIGN_OR_RETURN(out.id, compiled(rule, rule.id_pattern));
  ASSIGN_OR_RETURN(out.purl, compiled(rule, rule.purl_pattern));
  ASSIGN_OR_RETURN(out.name, compiled(rule, rule.name_pattern));
  ASSIGN_OR_RETURN(out.cpe, compiled(rule, rule.cpe_pattern));
  ASSIGN_OR_RETURN(out.path, compiled(rule, rule.path_pattern));
  ASSIGN_OR_RETURN(out.gav, compiled(rule, rule.gav_pattern));
  if (!rule.version_range.empty()) {
    ASSIGN_OR_RETURN(out.range, Vers::parse(rule.version_range));
  }
  if (!rule.purl.empty()) {
    out.package = package_of(rule.purl);
    if (!out.package)
      return fail(Code::kInvalid, rule.source + ": " + rule.purl + " is no package URL");
  }
  out.product_package = package_of(rule.product);
  if (auto cpe = parse_cpe(rule.product)) out.product_cpe = std::move(*cpe);
  out.where = parse_ecosystem(rule.ecosystem);
  return out;
}

// A subject, of which what is costly is found out when it is asked for.
class Asked {
 public:
  explicit Asked(const Subject& subject) : subject_(subject) {}

  const Subject& subject() const { return subject_; }
  const std::optional<Package>& package() {
    if (!package_known_) package_ = package_of(subject_.purl);
    package_known_ = true;
    return package_;
  }
  // What a rule for such a package is held against: the package, or what it was built from.
  const std::optional<Package>& package_for(const Package& rule) {
    if (!is_source(rule) || subject_.source_name.empty() || !package()) return package();
    source_ = package();
    source_->name = normalized_name(source_->where.ecosystem, subject_.source_name);
    source_->version = subject_.source_version;
    return source_;
  }
  // "cpe:/a:v:p:1"; empty without a CPE.
  const std::string& cpe_uri() {
    if (!cpe_uri_known_ && !subject_.cpe.empty()) {
      const auto cpe = parse_cpe(subject_.cpe);
      cpe_uri_ = cpe ? to_uri(*cpe) : std::string(subject_.cpe);
    }
    cpe_uri_known_ = true;
    return cpe_uri_;
  }
  const EcosystemRelease& where() {
    if (where_known_) return where_;
    where_known_ = true;
    where_ = parse_ecosystem(subject_.ecosystem);
    if (where_.release.empty() && package() && package()->where.ecosystem == where_.ecosystem) {
      where_.release = package()->where.release;
    }
    return where_;
  }
  // "group:artifact:version" of a Maven artifact.
  std::string gav() {
    const auto& of = package();
    if (!of || of->where.ecosystem != Ecosystem::kMaven) return {};
    return of->name + ":" + of->version;
  }

 private:
  static bool is_source(const Package& rule) {
    const auto arch = rule.purl.qualifiers.find("arch");
    return arch != rule.purl.qualifiers.end() &&
           (arch->second == "source" || arch->second == "src");
  }

  const Subject& subject_;
  std::optional<Package> package_;
  std::optional<Package> source_;
  std::string cpe_uri_;
  EcosystemRelease where_;
  bool package_known_ = false, cpe_uri_known_ = false, where_known_ = false;
};

bool any_id(const Rule& rule, const Compiled& compiled, const Subject& subject) {
  if (!rule.ids.empty()) {
    const bool named =
        std::any_of(subject.ids.begin(), subject.ids.end(), [&](std::string_view id) {
          return std::any_of(rule.ids.begin(), rule.ids.end(),
                             [&](const std::string& each) { return equal_folded(each, id); });
        });
    if (!named) return false;
  }
  return compiled.id == nullptr ||
         std::any_of(subject.ids.begin(), subject.ids.end(),
                     [&](std::string_view id) { return matches(*compiled.id, id); });
}

// Of a purl also the part that most patterns are written for, without qualifiers and subpath.
bool purl_matches(const re2::RE2& pattern, std::string_view purl) {
  return matches(pattern, purl) || matches(pattern, purl.substr(0, purl.find_first_of("?#")));
}

bool in_folder(std::string_view folder, std::string_view location) {
  location = location.substr(0, location.find('!'));
  const std::size_t slash = location.rfind('/');
  return folder ==
         (slash == std::string_view::npos ? std::string_view() : location.substr(0, slash));
}

bool in_state(std::string_view wanted, const Subject& subject) {
  if (subject.state == State::kWontFix || subject.state == State::kEndOfLife)
    return wanted == "wont-fix";
  if (subject.has_fix) return wanted == "fixed";
  return wanted == (subject.state == State::kInvestigating ? "unknown" : "not-fixed");
}

bool place_agrees(const Rule& rule, const Compiled& compiled, const Subject& subject) {
  if (rule.folder && !in_folder(*rule.folder, subject.location)) return false;
  std::string_view location = subject.location;
  while (location.starts_with('/')) location.remove_prefix(1);
  if (compiled.path != nullptr && !matches(*compiled.path, location)) return false;
  return rule.sha1.empty() || equal_folded(rule.sha1, subject.sha1);
}

bool cpe_agrees(const Rule& rule, const Compiled& compiled, Asked& asked) {
  if (rule.cpe.empty() && compiled.cpe == nullptr) return true;
  const std::string& uri = asked.cpe_uri();
  if (uri.empty()) return false;
  if (!rule.cpe.empty() &&
      !equal_folded(rule.cpe, std::string_view(uri).substr(0, rule.cpe.size())))
    return false;
  return compiled.cpe == nullptr || matches(*compiled.cpe, uri);
}

bool held_against(const Package& rule, Asked& asked) {
  const auto& package = asked.package_for(rule);
  return package && agrees(rule, *package);
}

bool product_agrees(const Rule& rule, const Compiled& compiled, Asked& asked) {
  if (rule.product.empty()) return true;
  const Subject& subject = asked.subject();
  if (compiled.product_package) {
    if (held_against(*compiled.product_package, asked)) return true;
    return std::any_of(subject.products.begin(), subject.products.end(),
                       [&](std::string_view product) {
                         const auto package = package_of(product);
                         return package && agrees(*compiled.product_package, *package);
                       });
  }
  if (compiled.product_cpe) {
    const auto covers = [&](std::string_view text) {
      const auto cpe = parse_cpe(text);
      return cpe && agrees(*compiled.product_cpe, *cpe);
    };
    return covers(subject.cpe) ||
           std::any_of(subject.products.begin(), subject.products.end(), covers);
  }
  return std::find(subject.products.begin(), subject.products.end(), rule.product) !=
         subject.products.end();
}

bool package_agrees(const Rule& rule, const Compiled& compiled, Asked& asked) {
  const Subject& subject = asked.subject();
  if (!rule.name.empty() && rule.name != subject.name) return false;
  if (!rule.version.empty() && rule.version != subject.version) return false;
  if (compiled.name != nullptr && !matches(*compiled.name, subject.name)) return false;
  if (compiled.purl != nullptr && !purl_matches(*compiled.purl, subject.purl)) return false;
  if (compiled.package && !held_against(*compiled.package, asked)) return false;
  if (compiled.range && !compiled.range->contains(subject.version)) return false;
  if (compiled.gav != nullptr && !matches(*compiled.gav, asked.gav())) return false;
  if (rule.ecosystem.empty()) return true;
  const EcosystemRelease& where = asked.where();
  return where.ecosystem == compiled.where.ecosystem && where.ecosystem != Ecosystem::kUnknown &&
         (compiled.where.release.empty() || compiled.where.release == where.release);
}

bool finding_agrees(const Rule& rule, const Subject& subject) {
  if (rule.cvss_below > 0 && !(subject.cvss > 0 && subject.cvss < rule.cvss_below)) return false;
  if (!rule.only_state.empty() && !in_state(rule.only_state, subject)) return false;
  return rule.cwe.empty() ||
         std::find(subject.cwes.begin(), subject.cwes.end(), rule.cwe) != subject.cwes.end();
}

// What is cheap first.
bool holds(const Rule& rule, const Compiled& compiled, Asked& asked, Time now) {
  if (rule.expires != 0 && now >= rule.expires) return false;
  const Subject& subject = asked.subject();
  return finding_agrees(rule, subject) && any_id(rule, compiled, subject) &&
         place_agrees(rule, compiled, subject) && package_agrees(rule, compiled, asked) &&
         cpe_agrees(rule, compiled, asked) && product_agrees(rule, compiled, asked);
}

// What people wish first, as it came; then statements, the latest first, and of one date the last
// one.
void sort_by_precedence(std::vector<Rule>& rules) {
  const auto statements = std::stable_partition(
      rules.begin(), rules.end(), [](const Rule& rule) { return !is_vex(rule.format); });
  std::reverse(statements, rules.end());
  std::stable_sort(statements, rules.end(),
                   [](const Rule& a, const Rule& b) { return a.stated > b.stated; });
}

}  // namespace

struct RuleSet::State_ {
  std::vector<Rule> rules;
  std::vector<Compiled> compiled;
  // Where a rule is looked for: by an id, by the beginning of a CPE, or always. Ascending.
  Lists by_id;
  Lists by_cpe;
  std::vector<std::size_t> cpe_sizes;  // that occur in by_cpe
  std::vector<Index> always;
  std::deque<std::atomic<bool>> used;  // for each entry

  void index() {
    std::unordered_map<std::string_view, Index> entries;
    for (Index i = 0; i < rules.size(); ++i) {
      const Rule& rule = rules[i];
      compiled[i].entry =
          entries.emplace(rule.source, static_cast<Index>(entries.size())).first->second;
      for (const std::string& id : rule.ids) {
        auto& list = by_id[id];
        if (list.empty() || list.back() != i) list.push_back(i);
      }
      if (!rule.ids.empty()) continue;
      if (rule.cpe.empty()) {
        always.push_back(i);
        continue;
      }
      by_cpe[rule.cpe].push_back(i);
      cpe_sizes.push_back(rule.cpe.size());
    }
    std::sort(cpe_sizes.begin(), cpe_sizes.end());
    cpe_sizes.erase(std::unique(cpe_sizes.begin(), cpe_sizes.end()), cpe_sizes.end());
    for (std::size_t i = 0; i < entries.size(); ++i) used.emplace_back(false);
  }

  // The first of a list that holds, if it comes before `best`.
  Index first_of(const std::vector<Index>& list, Index best, Asked& asked, Time now) const {
    for (const Index index : list) {
      if (index >= best) return best;
      if (holds(rules[index], compiled[index], asked, now)) return index;
    }
    return best;
  }
  Index first_of(const Lists& lists, std::string_view key, Index best, Asked& asked,
                 Time now) const {
    const auto at = lists.find(key);
    return at == lists.end() ? best : first_of(at->second, best, asked, now);
  }
};

RuleSet::RuleSet(std::unique_ptr<State_> state) : state_(std::move(state)) {}
RuleSet::~RuleSet() = default;
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;

Result<RuleSet> RuleSet::create(std::vector<Rule> rules) {
  if (rules.size() >= kNone) return fail(Code::kExhausted, "there are too many rules");
  auto state = std::make_unique<State_>();
  state->rules = std::move(rules);
  sort_by_precedence(state->rules);
  state->compiled.reserve(state->rules.size());
  for (const Rule& rule : state->rules) {
    ASSIGN_OR_RETURN(state->compiled.emplace_back(), compile_rule(rule));
  }
  state->index();
  return RuleSet(std::move(state));
}

const Rule* RuleSet::find(const Subject& subject, Time now) {
  Asked asked(subject);
  Index best = kNone;
  for (const std::string_view id : subject.ids)
    best = state_->first_of(state_->by_id, id, best, asked, now);
  best = state_->first_of(state_->always, best, asked, now);
  if (!subject.cpe.empty()) {
    const std::string_view uri = asked.cpe_uri();
    for (const std::size_t size : state_->cpe_sizes) {
      if (size > uri.size()) break;
      best = state_->first_of(state_->by_cpe, uri.substr(0, size), best, asked, now);
    }
  }
  if (best == kNone) return nullptr;
  state_->used[state_->compiled[best].entry].store(true, std::memory_order_relaxed);
  return &state_->rules[best];
}

std::vector<const Rule*> RuleSet::unused() const {
  std::vector<const Rule*> unused;
  std::vector<bool> seen(state_->used.size());
  for (std::size_t i = 0; i < state_->rules.size(); ++i) {
    const Index entry = state_->compiled[i].entry;
    if (seen[entry] || state_->rules[i].stock ||
        state_->used[entry].load(std::memory_order_relaxed))
      continue;
    seen[entry] = true;
    unused.push_back(&state_->rules[i]);
  }
  return unused;
}

std::vector<const Rule*> RuleSet::expired(Time now) const {
  std::vector<const Rule*> expired;
  std::vector<bool> seen(state_->used.size());
  for (std::size_t i = 0; i < state_->rules.size(); ++i) {
    const Rule& rule = state_->rules[i];
    const Index entry = state_->compiled[i].entry;
    if (seen[entry] || rule.stock || rule.expires == 0 || now < rule.expires) continue;
    seen[entry] = true;
    expired.push_back(&rule);
  }
  return expired;
}

const std::vector<Rule>& RuleSet::all() const { return state_->rules; }

}  // namespace azekura::scanner::rules
