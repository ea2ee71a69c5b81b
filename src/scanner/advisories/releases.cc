#include "scanner/advisories/releases.h"

#include <algorithm>
#include <array>
#include <span>

#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

struct Release {
  std::string_view codename;
  std::string_view number;
};

constexpr std::array kDebian{
    Release{"trixie", "13"},    Release{"bookworm", "12"}, Release{"bullseye", "11"},
    Release{"buster", "10"},    Release{"stretch", "9"},   Release{"jessie", "8"},
    Release{"forky", "14"},     Release{"duke", "15"},     Release{"sid", "sid"},
    Release{"unstable", "sid"}, Release{"wheezy", "7"},    Release{"squeeze", "6.0"},
    Release{"lenny", "5.0"},    Release{"etch", "4.0"},    Release{"sarge", "3.1"},
};

constexpr std::array kUbuntu{
    Release{"jammy", "22.04"},    Release{"noble", "24.04"},    Release{"focal", "20.04"},
    Release{"bionic", "18.04"},   Release{"xenial", "16.04"},   Release{"trusty", "14.04"},
    Release{"resolute", "26.04"}, Release{"questing", "25.10"}, Release{"plucky", "25.04"},
    Release{"oracular", "24.10"}, Release{"mantic", "23.10"},   Release{"lunar", "23.04"},
    Release{"kinetic", "22.10"},  Release{"impish", "21.10"},   Release{"hirsute", "21.04"},
    Release{"groovy", "20.10"},   Release{"eoan", "19.10"},     Release{"disco", "19.04"},
    Release{"cosmic", "18.10"},   Release{"artful", "17.10"},   Release{"zesty", "17.04"},
    Release{"yakkety", "16.10"},  Release{"wily", "15.10"},     Release{"vivid", "15.04"},
    Release{"utopic", "14.10"},   Release{"saucy", "13.10"},    Release{"raring", "13.04"},
    Release{"quantal", "12.10"},  Release{"precise", "12.04"},  Release{"oneiric", "11.10"},
    Release{"natty", "11.04"},    Release{"maverick", "10.10"}, Release{"lucid", "10.04"},
    Release{"karmic", "9.10"},    Release{"jaunty", "9.04"},    Release{"intrepid", "8.10"},
    Release{"hardy", "8.04"},     Release{"gutsy", "7.10"},     Release{"feisty", "7.04"},
    Release{"edgy", "6.10"},      Release{"dapper", "6.06"},    Release{"breezy", "5.10"},
    Release{"hoary", "5.04"},     Release{"warty", "4.10"},
};

std::string_view number_of(std::span<const Release> releases, std::string_view codename) {
  const auto found = std::find_if(releases.begin(), releases.end(),
                                  [&](const Release& each) { return each.codename == codename; });
  return found == releases.end() ? std::string_view() : found->number;
}

}  // namespace

std::string debian_release(std::string_view codename) {
  return std::string(number_of(kDebian, codename));
}

std::string ubuntu_release(std::string_view name, std::string_view pocket) {
  bool pro = pocket.starts_with("esm");
  if (const auto [before, after] = split_once(name, '/'); !after.empty()) {
    pro = true;
    if (before.starts_with("esm")) {
      name = after;
    } else if (after == "esm") {
      name = before;
    } else {
      return {};
    }
  }
  const std::string_view number = number_of(kUbuntu, name);
  if (number.empty()) return {};
  return std::string(number) + (pro ? ":Pro" : "");
}

}  // namespace azekura::scanner::advisories
