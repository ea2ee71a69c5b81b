// Maven's ComparableVersion, as of Maven 3.8: a version is a list of numbers, words and lists,
// which hyphens and changes between letters and digits open.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "scanner/version/schemes.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

enum class Kind : std::uint8_t { kNumber, kWord, kList };

struct Item {
  Kind kind = Kind::kNumber;
  std::string_view digits;  // without leading zeros; empty is 0
  std::string_view word;
  std::size_t list = 0;  // its place in Version::lists
};

constexpr std::array<std::string_view, 5> kPreReleases = {"alpha", "beta", "milestone", "rc",
                                                          "snapshot"};
constexpr int kRelease = 5;
constexpr int kServicePack = 6;
constexpr int kUnknown = 7;  // then by the word itself

int rank_of(std::string_view word) {
  if (word == "cr") word = "rc";
  for (std::size_t i = 0; i < kPreReleases.size(); ++i) {
    if (kPreReleases[i] == word) return static_cast<int>(i);
  }
  if (word.empty() || word == "ga" || word == "final" || word == "release") return kRelease;
  return word == "sp" ? kServicePack : kUnknown;
}

std::string_view word_before_digits(std::string_view word) {
  if (word == "a") return "alpha";
  if (word == "b") return "beta";
  if (word == "m") return "milestone";
  return word;
}

class Version {
 public:
  explicit Version(std::string_view text) {
    lower_.reserve(text.size());
    for (const char c : text) lower_ += to_lower(c);
    parse();
    for (std::size_t i = lists_.size(); i-- > 0;) normalize(lists_[i]);
  }
  Version(const Version&) = delete;
  Version& operator=(const Version&) = delete;

  const std::vector<Item>& items(std::size_t list = 0) const { return lists_[list]; }

 private:
  enum class Reading : std::uint8_t { kLetters, kDigits };

  std::vector<Item>& current() { return lists_.back(); }

  // Lists nest only at the end of each other, so the last one made is the one being filled.
  void open_list() {
    current().push_back({Kind::kList, {}, {}, lists_.size()});
    lists_.emplace_back();
  }

  // Before a word, a dot is as much as a hyphen: 1.0.0.X1 < 1.0.0-X2.
  void open_list_for_word() {
    if (!current().empty()) open_list();
  }

  void parse() {
    lists_.emplace_back();
    const std::string_view text = lower_;
    Reading reading = Reading::kLetters;
    std::size_t from = 0;
    const auto add = [&](std::size_t end) {
      const std::string_view part = text.substr(from, end - from);
      if (part.empty() || reading == Reading::kDigits) {
        current().push_back({Kind::kNumber, without_leading_zeros(part), {}, 0});
      } else {
        current().push_back({Kind::kWord, {}, part, 0});
      }
      from = end;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '.' || c == '-') {
        add(i);
        from = i + 1;
        if (c == '-') open_list();
        continue;
      }
      const Reading now = is_digit(c) ? Reading::kDigits : Reading::kLetters;
      if (now != reading && i > from) {
        if (now == Reading::kDigits) open_list_for_word();
        add(i);
        if (now == Reading::kDigits) {
          std::string_view& word = current().back().word;
          word = word_before_digits(word);
        }
        open_list();
      }
      reading = now;
    }
    if (from == text.size()) return;
    if (reading == Reading::kLetters) open_list_for_word();
    add(text.size());
  }

  bool is_null(const Item& item) const {
    switch (item.kind) {
      case Kind::kNumber:
        return item.digits.empty();
      case Kind::kWord:
        return rank_of(item.word) == kRelease;
      case Kind::kList:
        return lists_[item.list].empty();
    }
    return false;
  }

  // Drops what is nothing before the end and before lists.
  void normalize(std::vector<Item>& list) const {
    for (std::size_t i = list.size(); i-- > 0;) {
      if (is_null(list[i])) {
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
      } else if (list[i].kind != Kind::kList) {
        break;
      }
    }
  }

  std::string lower_;
  std::vector<std::vector<Item>> lists_;
};

int sign_of(int value) { return value < 0 ? -1 : value > 0 ? 1 : 0; }

int compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return sign_of(a.compare(b));
}

int compare_words(std::string_view a, std::string_view b) {
  const int rank_a = rank_of(a);
  const int rank_b = rank_of(b);
  if (rank_a != rank_b || rank_a != kUnknown) return sign_of(rank_a - rank_b);
  return sign_of(a.compare(b));
}

// An item beside the end of the other version.
int compare_to_end(const Version& version, const Item& item) {
  switch (item.kind) {
    case Kind::kNumber:
      return item.digits.empty() ? 0 : 1;
    case Kind::kWord:
      return sign_of(rank_of(item.word) - kRelease);
    case Kind::kList:
      for (const Item& inner : version.items(item.list)) {
        if (const int order = compare_to_end(version, inner); order != 0) return order;
      }
      return 0;
  }
  return 0;
}

int compare_lists(const Version& a, std::size_t list_a, const Version& b, std::size_t list_b);

// Of two kinds, a word is less than a list, and a list less than a number.
int compare_items(const Version& a, const Item& item_a, const Version& b, const Item& item_b) {
  if (item_a.kind == item_b.kind) {
    switch (item_a.kind) {
      case Kind::kNumber:
        return compare_numbers(item_a.digits, item_b.digits);
      case Kind::kWord:
        return compare_words(item_a.word, item_b.word);
      case Kind::kList:
        return compare_lists(a, item_a.list, b, item_b.list);
    }
  }
  if (item_a.kind == Kind::kNumber || item_b.kind == Kind::kWord) return 1;
  return -1;
}

int compare_lists(const Version& a, std::size_t list_a, const Version& b, std::size_t list_b) {
  const std::vector<Item>& items_a = a.items(list_a);
  const std::vector<Item>& items_b = b.items(list_b);
  for (std::size_t i = 0; i < std::max(items_a.size(), items_b.size()); ++i) {
    int order = 0;
    if (i >= items_b.size()) {
      order = compare_to_end(a, items_a[i]);
    } else if (i >= items_a.size()) {
      order = -compare_to_end(b, items_b[i]);
    } else {
      order = compare_items(a, items_a[i], b, items_b[i]);
    }
    if (order != 0) return order;
  }
  return 0;
}

}  // namespace

std::strong_ordering compare_maven(std::string_view a, std::string_view b) {
  return compare_lists(Version(a), 0, Version(b), 0) <=> 0;
}

}  // namespace azekura::scanner::version
