// Ranges in mathematics' brackets: Maven's and NuGet's.

#include "scanner/version/range_set.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

struct Bracketed {
  AllOf all;
  std::string_view rest;
};

// [1,2), (,1], [1]; the versions must be in order.
std::optional<Bracketed> take_bracketed(Scheme scheme, std::string_view text) {
  if (text.empty() || (text.front() != '[' && text.front() != '(')) return std::nullopt;
  const std::size_t end = text.find_first_of("])");
  if (end == std::string_view::npos) return std::nullopt;
  const bool low_inclusive = text.front() == '[';
  const bool high_inclusive = text[end] == ']';
  const std::string_view inside = text.substr(1, end - 1);
  Bracketed result{{}, text.substr(end + 1)};

  const std::size_t comma = inside.find(',');
  if (comma == std::string_view::npos) {
    const std::string only(trimmed(inside));
    if (!low_inclusive || !high_inclusive || only.empty()) return std::nullopt;
    result.all.push_back({Operator::kEqual, only});
    return result;
  }
  const std::string low(trimmed(inside.substr(0, comma)));
  const std::string high(trimmed(inside.substr(comma + 1)));
  if (high.find(',') != std::string::npos) return std::nullopt;
  if (!low.empty()) {
    result.all.push_back({low_inclusive ? Operator::kGreaterOrEqual : Operator::kGreater, low});
  }
  if (!high.empty()) {
    result.all.push_back({high_inclusive ? Operator::kLessOrEqual : Operator::kLess, high});
  }
  if (!low.empty() && !high.empty()) {
    const auto order = compare(scheme, low, high);
    if (!order || *order > 0) return std::nullopt;
  }
  return result;
}

// 1.*, 1.2.3-*: what begins like this, up to the next number. [version, end)
std::optional<AllOf> floating(std::string_view text) {
  if (text == "*") return AllOf{};
  if (text.ends_with("-*")) {
    return AllOf{{Operator::kGreaterOrEqual, std::string(text.substr(0, text.size() - 1)) + "0"}};
  }
  if (!text.ends_with(".*")) return std::nullopt;
  const auto partial = parse_partial(text.substr(0, text.size() - 2));
  if (!partial || partial->count == 0 || !partial->pre_release.empty()) return std::nullopt;
  return AllOf{{Operator::kGreaterOrEqual, partial->text()},
               {Operator::kLess, partial->bumped(partial->count - 1)}};
}

}  // namespace

// A version without brackets is only a wish: any version will do.
Result<AnyOf> parse_maven(std::string_view range) {
  std::string_view rest = trimmed(range);
  if (rest.empty()) return no_range(range);
  if (rest.front() != '[' && rest.front() != '(') {
    if (rest.find_first_of("[](),") != std::string_view::npos) return no_range(range);
    return AnyOf{AllOf{}};
  }
  AnyOf alternatives;
  while (true) {
    auto bracketed = take_bracketed(Scheme::kMaven, rest);
    if (!bracketed) return no_range(range);
    alternatives.push_back(std::move(bracketed->all));
    rest = trimmed(bracketed->rest);
    if (rest.empty()) return alternatives;
    if (rest.front() == ',') rest = trimmed(rest.substr(1));
  }
}

// A version without brackets is the least that will do.
Result<AnyOf> parse_nuget(std::string_view range) {
  const std::string_view text = trimmed(range);
  if (text.empty()) return no_range(range);
  if (text.front() == '[' || text.front() == '(') {
    auto bracketed = take_bracketed(Scheme::kNuget, text);
    if (!bracketed || !bracketed->rest.empty()) return no_range(range);
    return AnyOf{std::move(bracketed->all)};
  }
  if (auto all = floating(text)) return AnyOf{std::move(*all)};
  return AnyOf{AllOf{{Operator::kGreaterOrEqual, std::string(text)}}};
}

}  // namespace azekura::scanner::version
