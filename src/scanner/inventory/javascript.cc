#include "scanner/inventory/javascript.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "scanner/inventory/content.h"
#include "scanner/inventory/reading.h"
#include "scanner/inventory/text_search.h"

namespace azekura::scanner::inventory {
namespace {

using Kind = JavaScriptSignature::Kind;

constexpr std::string_view kVersionMark = "§§version§§";
// What retire.js puts in its place.
constexpr std::string_view kVersion = "[0-9][0-9.a-z_\\-]+";
// Versions of one library that one script may show.
constexpr int kMatchesMax = 20;
// RE2 repeats nothing more often than this.
constexpr int kRepeatMax = 1000;
// Words that are shorter do not tell scripts apart.
constexpr int kAtomMin = 4;

std::string with_version(std::string_view pattern) {
  std::string out;
  for (;;) {
    const std::size_t at = pattern.find(kVersionMark);
    out += pattern.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += kVersion;
    pattern.remove_prefix(at + kVersionMark.size());
  }
}

// Where the single thing that is repeated at `repeat` begins: a class, an escape, or one octet.
std::size_t begin_of_unit(std::string_view pattern, std::size_t repeat) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < repeat;) {
    begin = at;
    if (pattern[at] == '\\') {
      at += 2;
    } else if (pattern[at] == '[') {
      ++at;
      while (at < repeat && pattern[at] != ']') at += pattern[at] == '\\' ? 2 : 1;
      ++at;
    } else {
      ++at;
    }
  }
  return begin;
}

// ".{0,2500}" as ".{0,1000}.{0,1000}.{0,500}": RE2 limits one repetition, not several. Of single
// octets and classes only; the rest stays, and is refused by RE2.
std::string with_short_repeats(std::string pattern) {
  for (std::size_t at = pattern.find('{'); at != std::string::npos;
       at = pattern.find('{', at + 1)) {
    int least = 0;
    int most = 0;
    int read = 0;
    if (std::sscanf(pattern.c_str() + at, "{%d,%d}%n", &least, &most, &read) != 2 || read == 0)
      continue;
    if (most <= kRepeatMax || most > 100 * kRepeatMax || least > kRepeatMax) continue;
    const std::size_t begin = begin_of_unit(pattern, at);
    const std::string unit = pattern.substr(begin, at - begin);
    if (unit == ")") continue;
    std::size_t end = at + static_cast<std::size_t>(read);
    const bool lazy = end < pattern.size() && pattern[end] == '?';
    if (lazy) ++end;
    std::string repeats;
    for (int left = most; left > 0; left -= kRepeatMax) {
      repeats += fmt::format("{}{{{},{}}}{}", unit, left == most ? least : 0,
                             std::min(left, kRepeatMax), lazy ? "?" : "");
    }
    pattern.replace(begin, end - begin, repeats);
    at = begin + repeats.size() - 1;
  }
  return pattern;
}

RE2::Options options() {
  RE2::Options out;
  // Octets, whatever they mean: scripts of any encoding, and no step over what is not valid in it.
  out.set_encoding(RE2::Options::EncodingLatin1);
  out.set_log_errors(false);
  out.set_max_mem(std::int64_t{64} << 20);
  return out;
}

// "/expression/replacement/"
bool split_replacement(std::string_view text, std::string& expression, std::string& replacement) {
  if (text.size() < 4 || !text.starts_with('/') || !text.ends_with('/')) return false;
  text = text.substr(1, text.size() - 2);
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || text[slash - 1] == '\\') return false;
  expression = text.substr(0, slash);
  replacement = text.substr(slash + 1);
  // "$1" is "\1" to RE2.
  std::replace(replacement.begin(), replacement.end(), '$', '\\');
  return true;
}

// What the expressions take for a part of the version: "3.6.0.slim" of jquery-3.6.0.slim.min.js.
std::string without_flavour(std::string version) {
  for (const std::string_view ending : {".min", "-min", ".slim", "-slim"}) {
    if (version.ends_with(ending)) version.resize(version.size() - ending.size());
  }
  return version;
}

// Which groups hold the version.
std::size_t version_group(std::string_view pattern) {
  const std::size_t mark = pattern.find(kVersionMark);
  std::size_t group = 0;
  bool in_class = false;
  for (std::size_t at = 0; at < std::min(mark, pattern.size()); ++at) {
    if (pattern[at] == '\\') {
      ++at;
    } else if (in_class) {
      in_class = pattern[at] != ']';
    } else if (pattern[at] == '[') {
      in_class = true;
    } else if (pattern[at] == '(' && !pattern.substr(at).starts_with("(?")) {
      ++group;
    }
  }
  return group;
}

struct Signature {
  std::string library;
  std::size_t group = 0;    // that holds the version
  std::string replacement;  // of kContentReplace
};

}  // namespace

struct JavaScriptMatcher::State {
  struct NamePattern {
    Signature signature;
    std::unique_ptr<RE2> expression;
  };

  re2::FilteredRE2 content{kAtomMin};
  std::vector<Signature> signatures;  // by the number of the expression in `content`
  std::unique_ptr<TextSearch> atoms;
  std::vector<NamePattern> file_names;
  std::vector<NamePattern> paths;
  std::unordered_map<std::string, std::pair<std::string, std::string>>
      hashes;  // SHA-1 → library, version
  Counts counts;

  void add(const JavaScriptSignature& signature) {
    if (signature.kind == Kind::kAst) {
      ++counts.syntax_trees;
      return;
    }
    if (signature.kind == Kind::kHash) {
      hashes[lower(signature.pattern)] = {signature.library, signature.version};
      ++counts.usable;
      return;
    }
    if (add_expression(signature)) {
      ++counts.usable;
      return;
    }
    ++counts.unsupported;
    if (counts.libraries.empty() || counts.libraries.back() != signature.library) {
      counts.libraries.push_back(signature.library);
    }
  }

  bool add_expression(const JavaScriptSignature& signature) {
    Signature known{signature.library, version_group(signature.pattern), {}};
    std::string expression = signature.pattern;
    if (signature.kind == Kind::kContentReplace &&
        !split_replacement(signature.pattern, expression, known.replacement)) {
      return false;
    }
    expression = with_short_repeats(with_version(expression));
    if (signature.kind == Kind::kContent || signature.kind == Kind::kContentReplace) {
      int id = 0;
      if (content.Add(expression, options(), &id) != RE2::NoError) return false;
      signatures.push_back(std::move(known));
      return true;
    }
    const bool is_name = signature.kind == Kind::kFileName;
    auto compiled =
        std::make_unique<RE2>(is_name ? "^(?:" + expression + ")$" : expression, options());
    if (!compiled->ok()) return false;
    (is_name ? file_names : paths).push_back({std::move(known), std::move(compiled)});
    return true;
  }
};

JavaScriptMatcher::JavaScriptMatcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
JavaScriptMatcher::~JavaScriptMatcher() = default;
JavaScriptMatcher::JavaScriptMatcher(JavaScriptMatcher&&) noexcept = default;
JavaScriptMatcher& JavaScriptMatcher::operator=(JavaScriptMatcher&&) noexcept = default;

JavaScriptMatcher JavaScriptMatcher::create(std::span<const JavaScriptSignature> signatures) {
  auto state = std::make_unique<State>();
  for (const JavaScriptSignature& signature : signatures) state->add(signature);
  std::vector<std::string> words;
  if (!state->signatures.empty()) state->content.Compile(&words);
  state->atoms = std::make_unique<TextSearch>(words);
  return JavaScriptMatcher(std::move(state));
}

namespace {

// The versions that one expression shows in a text.
std::vector<std::string> versions_in(const RE2& expression, const Signature& signature,
                                     std::string_view text) {
  std::vector<std::string> found;
  const re2::StringPiece all(text.data(), text.size());
  std::vector<re2::StringPiece> groups(
      static_cast<std::size_t>(expression.NumberOfCapturingGroups()) + 1);
  std::size_t at = 0;
  for (int n = 0; n < kMatchesMax && at <= text.size(); ++n) {
    if (!expression.Match(all, at, text.size(), RE2::UNANCHORED, groups.data(),
                          static_cast<int>(groups.size())))
      break;
    std::string version;
    if (!signature.replacement.empty()) {
      expression.Rewrite(&version, signature.replacement, groups.data(),
                         static_cast<int>(groups.size()));
    } else if (signature.group < groups.size()) {
      version = std::string(groups[signature.group]);
    }
    if (!version.empty()) found.push_back(without_flavour(std::move(version)));
    const auto end = static_cast<std::size_t>(groups[0].data() + groups[0].size() - text.data());
    at = std::max(end, at + 1);
  }
  return found;
}

}  // namespace

std::vector<Component> JavaScriptMatcher::match(std::string_view path,
                                                std::string_view octets) const {
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<Component> found;
  const auto add = [&](const std::string& library, const std::string& version, Evidence evidence,
                       const char* sign) {
    if (!seen.emplace(library, version).second) return;
    Component component;
    component.ecosystem = Ecosystem::kJavaScript;
    component.name = library;
    component.version = version;
    component.evidence = evidence;
    component.signs.emplace_back(sign);
    found.push_back(std::move(component));
  };

  if (!state_->hashes.empty()) {
    const auto known = state_->hashes.find(Content::of_octets(octets).sha1());
    if (known != state_->hashes.end())
      add(known->second.first, known->second.second, Evidence::kDigest, "digest");
  }
  if (!state_->signatures.empty()) {
    std::vector<int> candidates;
    state_->content.AllPotentials(state_->atoms->find(octets), &candidates);
    for (const int id : candidates) {
      const Signature& signature = state_->signatures[static_cast<std::size_t>(id)];
      for (const std::string& version :
           versions_in(state_->content.GetRE2(id), signature, octets)) {
        add(signature.library, version, Evidence::kSignature, "content");
      }
    }
  }
  const std::string rooted = "/" + std::string(path);
  for (const auto& [signature, expression] : state_->file_names) {
    for (const std::string& version : versions_in(*expression, signature, file_name(path))) {
      add(signature.library, version, Evidence::kFileName, "file name");
    }
  }
  for (const auto& [signature, expression] : state_->paths) {
    for (const std::string& version : versions_in(*expression, signature, rooted)) {
      add(signature.library, version, Evidence::kFileName, "path");
    }
  }
  return found;
}

const JavaScriptMatcher::Counts& JavaScriptMatcher::counts() const { return state_->counts; }

std::optional<Problem> JavaScriptMatcher::problem() const {
  const Counts& counts = state_->counts;
  if (counts.unsupported + counts.syntax_trees == 0) return std::nullopt;
  return Problem{
      Problem::Kind::kSkipped, "",
      fmt::format(
          "browser JavaScript: {} of {} signatures were not used: {} paths through syntax trees, "
          "{} expressions ({})",
          counts.unsupported + counts.syntax_trees,
          counts.unsupported + counts.syntax_trees + counts.usable, counts.syntax_trees,
          counts.unsupported, fmt::join(counts.libraries, ", "))};
}

}  // namespace azekura::scanner::inventory
