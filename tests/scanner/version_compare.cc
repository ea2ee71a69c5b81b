// Answers a line for each of stdin's `scheme <TAB> a <TAB> b`:
//   -1, 0 or 1   the order of a and b
//   !            the scheme gives them no order
// followed by v or x for each of the two, as check() accepts it or not.

#include <iostream>
#include <string>
#include <string_view>

#include "scanner/version/scheme.h"

namespace {

using namespace azekura::scanner::version;

Scheme scheme_named(std::string_view name) {
  for (std::size_t i = 0; i < kSchemeCount; ++i) {
    if (name_of(static_cast<Scheme>(i)) == name) return static_cast<Scheme>(i);
  }
  std::cerr << "no scheme " << name << '\n';
  std::exit(2);
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (second == std::string::npos) {
      std::cerr << "not scheme, a, b: " << line << '\n';
      return 2;
    }
    const std::string_view all = line;
    const Scheme scheme = scheme_named(all.substr(0, first));
    const std::string_view a = all.substr(first + 1, second - first - 1);
    const std::string_view b = all.substr(second + 1);
    if (const auto order = compare(scheme, a, b)) {
      std::cout << (*order < 0 ? "-1" : *order > 0 ? "1" : "0");
    } else {
      std::cout << '!';
    }
    std::cout << ' ' << (check(scheme, a) ? 'v' : 'x') << (check(scheme, b) ? 'v' : 'x') << '\n';
  }
  return 0;
}
