#include <array>
#include <utility>

#include "scanner/advisories/fields.h"
#include "scanner/advisories/nvd.h"

namespace azekura::scanner::advisories {
namespace {

// A platform list longer than this is named by its beginning.
constexpr std::size_t kPlatformsNamedMax = 8;
constexpr int kChildrenDepthMax = 8;

constexpr std::array<const char*, 2> kMatchKeys{"cpeMatch", "cpe_match"};
constexpr std::array<const char*, 2> kNameKeys{"criteria", "cpe23Uri"};

template <std::size_t N>
Json first_of(Json object, const std::array<const char*, N>& keys) {
  for (const char* const key : keys) {
    if (const Json found = object[key]; !found.missing()) return found;
  }
  return {};
}

bool needs_all(Json node) { return node["operator"].text() == "AND"; }
bool is_negated(Json node) { return node["negate"].boolean().value_or(false); }

}  // namespace

struct NvdConfigurations::Node {
  std::vector<Json> matches;
  bool all_needed = false;
};

namespace {

// "with <cpe>; <cpe>" of the names that are needed besides `self`.
class Platforms {
 public:
  void add(Json match) {
    const std::string_view name = first_of(match, kNameKeys).text();
    if (++count_ > kPlatformsNamedMax || name.empty()) return;
    text_ += (text_.empty() ? "with " : "; ");
    text_ += name;
  }
  std::string take() {
    if (count_ > kPlatformsNamedMax) {
      text_ += "; and " + std::to_string(count_ - kPlatformsNamedMax) + " more";
    }
    return std::move(text_);
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace

void NvdConfigurations::read_2_0(Json configurations) {
  for (const Json configuration : configurations.items()) {
    if (is_negated(configuration)) {
      refuse_negation();
      continue;
    }
    std::vector<Node> nodes;
    for (const Json node : configuration["nodes"].items()) {
      if (is_negated(node)) {
        refuse_negation();
        continue;
      }
      Node read{.matches = {}, .all_needed = needs_all(node)};
      for (const Json match : first_of(node, kMatchKeys).items()) read.matches.push_back(match);
      nodes.push_back(std::move(read));
    }
    read_together(nodes, needs_all(configuration));
  }
}

void NvdConfigurations::read_1_1(Json nodes) {
  // A node stands for a configuration; with AND its children are the nodes.
  for (const Json node : nodes.items()) {
    if (is_negated(node)) {
      refuse_negation();
      continue;
    }
    std::vector<Node> parts;
    std::vector<std::pair<Json, int>> open{{node, 0}};
    while (!open.empty()) {
      const auto [part, depth] = open.back();
      open.pop_back();
      Node read{.matches = {}, .all_needed = depth == 0 ? false : needs_all(part)};
      for (const Json match : first_of(part, kMatchKeys).items()) read.matches.push_back(match);
      if (!read.matches.empty()) parts.push_back(std::move(read));
      if (depth == kChildrenDepthMax) continue;
      for (const Json child : part["children"].items()) {
        if (is_negated(child)) {
          refuse_negation();
        } else {
          open.emplace_back(child, depth + 1);
        }
      }
    }
    if (parts.size() == 1) parts.front().all_needed = needs_all(node);
    read_together(parts, needs_all(node));
  }
}

// Quadratic in nodes, not in matches: a match's platforms are those of the other nodes.
void NvdConfigurations::read_together(const std::vector<Node>& nodes, bool all_needed) {
  for (const Node& node : nodes) {
    std::string note;
    if (all_needed) {
      Platforms platforms;
      for (const Node& other : nodes) {
        if (&other == &node) continue;
        for (const Json match : other.matches) platforms.add(match);
      }
      note = platforms.take();
    }
    if (node.all_needed && node.matches.size() > 1) {
      Platforms platforms;
      for (const Json match : node.matches) {
        if (!match["vulnerable"].boolean().value_or(false)) platforms.add(match);
      }
      const std::string own = platforms.take();
      if (!own.empty()) note += note.empty() ? own : "; " + own;
    }
    for (const Json match : node.matches) add(match, note);
  }
}

void NvdConfigurations::add(Json match, const std::string& note) {
  if (!match["vulnerable"].boolean().value_or(false)) return;
  const CpeBounds bounds{.start_including = match["versionStartIncluding"].text(),
                         .start_excluding = match["versionStartExcluding"].text(),
                         .end_including = match["versionEndIncluding"].text(),
                         .end_excluding = match["versionEndExcluding"].text()};
  const std::string_view name = first_of(match, kNameKeys).text();
  auto claim = cpe_claim(name, bounds);
  if (!claim) {
    claims_.refuse(cve_, name, std::move(claim).error(), sink_);
    return;
  }
  claim->note = cut_note(note);
  claims_.add(std::move(*claim));
}

void NvdConfigurations::refuse_negation() {
  if (std::exchange(negation_told_, true)) return;
  report_bad(sink_, cve_, "a negated configuration cannot be said as a claim: left out");
}

}  // namespace azekura::scanner::advisories
