// JavaScriptMatcher: libraries in browser JavaScript by the signatures of retire.js.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "scanner/database/advisory.h"
#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

// Scripts larger than this are not looked into.
inline constexpr std::uint64_t kScriptMax = std::uint64_t{16} << 20;

class JavaScriptMatcher {
 public:
  // JavaScript's expressions are written for RE2: what it has no words for (references back,
  // looking around) and paths through syntax trees are left out and counted.
  static JavaScriptMatcher create(std::span<const JavaScriptSignature> signatures);
  ~JavaScriptMatcher();
  JavaScriptMatcher(JavaScriptMatcher&&) noexcept;
  JavaScriptMatcher& operator=(JavaScriptMatcher&&) noexcept;

  // Each library and version once; `location` is empty. Octets need not be UTF-8.
  std::vector<Component> match(std::string_view path, std::string_view octets) const;

  struct Counts {
    std::size_t usable = 0;
    std::size_t unsupported = 0;         // expressions
    std::size_t syntax_trees = 0;        // kAst
    std::vector<std::string> libraries;  // of the unsupported expressions
  };
  const Counts& counts() const;
  // What was left out, if anything.
  std::optional<Problem> problem() const;

 private:
  struct State;
  explicit JavaScriptMatcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace azekura::scanner::inventory
