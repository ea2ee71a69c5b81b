// What a Database holds: the sections as rows, and the checks on the way to them.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/database/mapped_file.h"
#include "scanner/database/varint.h"

namespace azekura::scanner {

struct Database::State_ {
  explicit State_(MappedFile mapped);

  std::string_view text(std::uint32_t offset) const { return VarintCursor(strings, offset).text(); }
  // The row of that number, or one of zeros.
  template <typename Row>
  static Row row(std::span<const Row> rows, std::size_t number) {
    return number < rows.size() ? rows[number] : Row{};
  }
  template <typename Row>
  static std::span<const Row> part(std::span<const Row> rows, std::uint32_t first,
                                   std::uint32_t count) {
    if (first > rows.size() || count > rows.size() - first) return {};
    return rows.subspan(first, count);
  }
  // `fits(index)` for each index in the table that might be meant.
  template <typename Fits>
  std::optional<std::uint32_t> find_slot(std::span<const layout::Slot> slots, std::uint64_t hash,
                                         const Fits& fits) const {
    if (slots.empty() || (slots.size() & (slots.size() - 1)) != 0) return std::nullopt;
    const auto upper = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t step = 0; step < slots.size(); ++step) {
      const layout::Slot& slot = slots[(hash + step) & (slots.size() - 1)];
      if (slot.index_plus_one == 0) return std::nullopt;
      if (slot.hash == upper && fits(slot.index_plus_one - 1)) return slot.index_plus_one - 1;
    }
    return std::nullopt;
  }
  std::string_view problem_octets(ProblemId id) const;
  // A text of the cold stream; empty for place 0 and for what is damaged.
  std::string cold(std::uint32_t place) const;
  EcosystemRelease place(std::uint32_t number) const;

  MappedFile file;
  std::string_view strings;
  std::span<const layout::Version> versions;
  std::span<const layout::Detail> details;
  std::span<const layout::Place> places;
  std::span<const layout::Package> packages;
  std::span<const layout::Slot> package_slots;
  std::span<const Claim> claims;
  std::span<const layout::Record> records;
  std::span<const ProblemId> record_problems;
  std::span<const std::uint32_t> record_packages;
  std::span<const layout::Problem> problems;
  std::span<const ProblemFacts> facts;
  std::string_view problem_data;
  std::span<const layout::Slot> name_slots;
  std::span<const layout::Block> blocks;
  std::string_view block_data;
  std::vector<SourceInfo> sources;

 private:
  std::shared_ptr<const std::string> block(std::size_t number) const;

  // The blocks that were wanted last: the texts of a report lie together.
  static constexpr std::size_t kKeptBlocks = 8;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<std::size_t, std::shared_ptr<const std::string>>> kept_;
};

}  // namespace azekura::scanner
