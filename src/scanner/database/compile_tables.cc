#include <algorithm>
#include <tuple>

#include "scanner/database/compilation.h"
#include "scanner/database/source_codec.h"

namespace azekura::scanner {
namespace {

// The rows of all sources; of those with one key the first of the first source that has any.
template <typename Row, typename Key>
std::vector<Row> gather(std::vector<Collected>& sources, std::vector<Row> Collected::*rows,
                        const Key& key) {
  std::vector<Row> all;
  for (Collected& source : sources) {
    std::move((source.*rows).begin(), (source.*rows).end(), std::back_inserter(all));
    source.*rows = {};
  }
  std::stable_sort(all.begin(), all.end(),
                   [&](const Row& a, const Row& b) { return key(a) < key(b); });
  all.erase(std::unique(all.begin(), all.end(),
                        [&](const Row& a, const Row& b) { return key(a) == key(b); }),
            all.end());
  return all;
}

// The names of one weakness in two languages come from two sources.
std::vector<CweName> merged(std::vector<Collected>& sources) {
  std::vector<CweName> all;
  for (Collected& source : sources) {
    std::move(source.weaknesses.begin(), source.weaknesses.end(), std::back_inserter(all));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.id < b.id; });
  std::vector<CweName> out;
  for (CweName& name : all) {
    if (out.empty() || out.back().id != name.id) {
      out.push_back(std::move(name));
      continue;
    }
    if (out.back().english.empty()) out.back().english = std::move(name.english);
    if (out.back().japanese.empty()) out.back().japanese = std::move(name.japanese);
  }
  return out;
}

}  // namespace

void Compilation::write_tables(DatabaseFile& file) {
  const auto text = [&](const std::string& value) { return pool_.add_text(value); };
  file.begin(layout::Section::kWeaknesses);
  for (const CweName& name : merged(sources_)) {
    file.write_row(layout::Weakness{text(name.id), text(name.english), text(name.japanese)});
  }
  file.begin(layout::Section::kProducts);
  for (const ProductName& name : gather(sources_, &Collected::products, [](const ProductName& row) {
         return std::string_view(row.product_key);
       })) {
    file.write_row(layout::Product{text(name.product_key), text(name.vendor), text(name.product)});
  }
  file.begin(layout::Section::kComponents);
  for (const ComponentCpe& row :
       gather(sources_, &Collected::components,
              [](const ComponentCpe& cpe) { return std::string_view(cpe.component); })) {
    file.write_row(layout::Component{text(row.component), text(row.vendor), text(row.product)});
  }
  file.begin(layout::Section::kLives);
  for (const ReleaseLife& life : gather(sources_, &Collected::lives, [](const ReleaseLife& row) {
         return std::tuple(row.release.ecosystem, std::string_view(row.release.release));
       })) {
    file.write_row(layout::Life{static_cast<std::uint32_t>(life.release.ecosystem),
                                text(life.release.release), text(life.codename),
                                stored_time(life.end_of_support),
                                stored_time(life.end_of_extended_support)});
  }
  file.begin(layout::Section::kSignatures);
  for (const JavaScriptSignature& row :
       gather(sources_, &Collected::signatures, [](const JavaScriptSignature& signature) {
         return std::tuple(std::string_view(signature.library), signature.kind,
                           std::string_view(signature.pattern),
                           std::string_view(signature.version));
       })) {
    file.write_row(layout::Signature{text(row.library), static_cast<std::uint32_t>(row.kind),
                                     text(row.pattern), text(row.version)});
  }
  std::vector<SourceInfo> infos;
  for (const Collected& source : sources_) infos.push_back(source.source);
  file.begin(layout::Section::kSources);
  file.write(encode_sources(infos));
}

}  // namespace azekura::scanner
