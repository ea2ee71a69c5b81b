#include "scanner/database/compilation.h"

#include <algorithm>
#include <bit>
#include <ctime>

namespace azekura::scanner {

Compilation::Compilation(SharedTables& tables, std::vector<Collected> sources)
    : tables_(tables),
      sources_(std::move(sources)),
      pool_(tables.strings),
      names_(tables.strings) {}

Status Compilation::write(DatabaseFile& file) {
  name_problems();
  number_records();
  choose_texts();
  write_texts(file);
  collect_groups();
  sort_packages();
  write_packages(file);
  write_versions(file);
  write_claims(file);
  write_records(file);
  write_problems(file);
  write_tables(file);
  if (is_too_large_ || pool_.is_full()) {
    return fail(Code::kExhausted, "the texts of the advisories are larger than 4 GiB");
  }
  file.begin(layout::Section::kStrings);
  file.write(pool_.octets());
  return {};
}

Compilation::Lists Compilation::lists_of(RecordRef record) const {
  const Collected& source = sources_[record.source];
  std::span<const StringId> rest =
      std::span(source.lists).subspan(source.records[record.index].lists);
  const auto next = [&] {
    const std::span<const StringId> list = rest.subspan(1, rest.front());
    rest = rest.subspan(1 + list.size());
    return list;
  };
  Lists lists;
  for (auto* list : {&lists.aliases, &lists.about, &lists.cwes, &lists.references}) *list = next();
  return lists;
}

void write_slots(DatabaseFile& file, layout::Section section,
                 const std::vector<std::pair<std::uint64_t, std::uint32_t>>& hashes) {
  std::vector<layout::Slot> slots(std::bit_ceil(hashes.size() * 3 / 2 + 1));
  for (const auto& [hash, index] : hashes) {
    std::size_t slot = hash & (slots.size() - 1);
    while (slots[slot].index_plus_one != 0) slot = (slot + 1) & (slots.size() - 1);
    slots[slot] = {static_cast<std::uint32_t>(hash >> 32), index + 1};
  }
  file.begin(section);
  for (const layout::Slot& slot : slots) file.write_row(slot);
}

}  // namespace azekura::scanner
