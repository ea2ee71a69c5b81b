// The words of a Database that are not about problems.
#include <algorithm>
#include <tuple>

#include "scanner/database/database_state.h"
#include "scanner/database/release_life.h"

namespace azekura::scanner {
namespace {

// In rows that are sorted by `key(row)`.
template <typename Row, typename Key, typename Wanted>
const Row* find_row(std::span<const Row> rows, const Key& key, const Wanted& wanted) {
  const auto at =
      std::lower_bound(rows.begin(), rows.end(), wanted,
                       [&](const Row& row, const Wanted& sought) { return key(row) < sought; });
  return at != rows.end() && key(*at) == wanted ? &*at : nullptr;
}

}  // namespace

std::optional<std::string> Database::cwe_name(std::string_view cwe, Language language) const {
  const auto rows = state_->file.rows<layout::Weakness>(layout::Section::kWeaknesses);
  const auto* row = find_row(
      rows, [&](const layout::Weakness& weakness) { return state_->text(weakness.id); }, cwe);
  if (row == nullptr) return std::nullopt;
  const std::string_view name =
      state_->text(language == Language::kJapanese ? row->japanese : row->english);
  if (name.empty()) return std::nullopt;
  return std::string(name);
}

std::optional<ProductName> Database::product_name(std::string_view product_key) const {
  const auto rows = state_->file.rows<layout::Product>(layout::Section::kProducts);
  const auto* row = find_row(
      rows, [&](const layout::Product& product) { return state_->text(product.key); }, product_key);
  if (row == nullptr) return std::nullopt;
  return ProductName{std::string(product_key), std::string(state_->text(row->vendor)),
                     std::string(state_->text(row->product))};
}

std::optional<ComponentCpe> Database::component_cpe(std::string_view bitnami_component) const {
  const auto rows = state_->file.rows<layout::Component>(layout::Section::kComponents);
  const auto* row = find_row(
      rows, [&](const layout::Component& component) { return state_->text(component.component); },
      bitnami_component);
  if (row == nullptr) return std::nullopt;
  return ComponentCpe{std::string(bitnami_component), std::string(state_->text(row->vendor)),
                      std::string(state_->text(row->product))};
}

std::vector<JavaScriptSignature> Database::javascript_signatures() const {
  std::vector<JavaScriptSignature> signatures;
  constexpr auto kLast = static_cast<std::uint32_t>(JavaScriptSignature::Kind::kAst);
  for (const auto& row : state_->file.rows<layout::Signature>(layout::Section::kSignatures)) {
    if (row.kind > kLast) continue;
    signatures.push_back({.library = std::string(state_->text(row.library)),
                          .kind = static_cast<JavaScriptSignature::Kind>(row.kind),
                          .pattern = std::string(state_->text(row.pattern)),
                          .version = std::string(state_->text(row.version))});
  }
  return signatures;
}

std::optional<ReleaseLife> Database::release_life(const EcosystemRelease& release) const {
  const auto rows = state_->file.rows<layout::Life>(layout::Section::kLives);
  const auto* row = find_row(
      rows,
      [&](const layout::Life& life) {
        return std::tuple(life.ecosystem, state_->text(life.release));
      },
      std::tuple(static_cast<std::uint32_t>(release.ecosystem), std::string_view(release.release)));
  if (row == nullptr) {
    for (const ReleaseLife& known : known_release_lives()) {
      if (known.release.ecosystem == release.ecosystem &&
          known.release.release == release.release) {
        return known;
      }
    }
    return std::nullopt;
  }
  return ReleaseLife{.release = release,
                     .codename = std::string(state_->text(row->codename)),
                     .end_of_support = row->end_of_support,
                     .end_of_extended_support = row->end_of_extended_support};
}

}  // namespace azekura::scanner
