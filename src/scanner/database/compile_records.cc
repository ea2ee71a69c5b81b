#include <algorithm>
#include <numeric>

#include "scanner/database/compilation.h"

namespace azekura::scanner {
namespace {

std::string shortened_link(std::string link, std::string_view id) {
  const std::size_t at = link.find(id);
  if (at != std::string::npos) link.replace(at, id.size(), 1, layout::kIdInLink);
  return link;
}

}  // namespace

void Compilation::name_problems() {
  std::size_t count = 0;
  for (std::uint32_t source = 0; source < sources_.size(); ++source) {
    first_record_.push_back(count);
    for (std::uint32_t index = 0; index < sources_[source].records.size(); ++index, ++count) {
      const Lists lists = lists_of({source, index});
      names_.add(sources_[source].records[index].id, lists.aliases, lists.about);
    }
  }
  names_.resolve();
}

// Records of one source with one id become one.
void Compilation::number_records() {
  for (std::uint32_t source = 0; source < sources_.size(); ++source) {
    const auto& records = sources_[source].records;
    std::vector<std::uint32_t> order(records.size());
    std::iota(order.begin(), order.end(), 0U);
    std::erase_if(order, [&](std::uint32_t index) { return !records[index].speaks; });
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return tables_.strings.text(records[a].id) < tables_.strings.text(records[b].id);
    });
    std::vector<RecordId>& numbers = record_of_.emplace_back(records.size(), kNoRecord);
    StringId last = 0;
    for (const std::uint32_t index : order) {
      if (records[index].id != last)
        members_first_.push_back(static_cast<std::uint32_t>(members_.size()));
      last = records[index].id;
      numbers[index] = static_cast<RecordId>(members_first_.size() - 1);
      members_.push_back({source, index});
    }
  }
  members_first_.push_back(static_cast<std::uint32_t>(members_.size()));
}

layout::Record Compilation::record_row(RecordId id, std::vector<std::uint32_t>& problems) {
  const std::span<const RecordRef> members =
      std::span(members_).subspan(members_first_[id], members_first_[id + 1] - members_first_[id]);
  layout::Record row{};
  StringId link = 0;
  StringId void_reason = 0;
  bool is_void = true;
  std::vector<std::uint32_t> about;
  for (const RecordRef member : members) {
    const CollectedRecord& record = sources_[member.source].records[member.index];
    if (link == 0) link = record.link;
    if (void_reason == 0) void_reason = record.void_reason;
    is_void = is_void && record.void_reason != 0;
    if (record.published != 0 && (row.published == 0 || record.published < row.published)) {
      row.published = record.published;
    }
    row.modified = std::max(row.modified, record.modified);
    row.severity = std::max(row.severity, static_cast<std::uint8_t>(record.severity));
    const auto more = problems_of(member);
    about.insert(about.end(), more.begin(), more.end());
  }
  std::sort(about.begin(), about.end());
  about.erase(std::unique(about.begin(), about.end()), about.end());

  const RecordRef first = members.front();
  const StringId name = sources_[first.source].records[first.index].id;
  row.id = pool_.add(name);
  row.link = pool_.add_text(
      shortened_link(std::string(tables_.strings.text(link)), tables_.strings.text(name)));
  row.void_reason = is_void ? pool_.add(void_reason) : 0;
  row.source = static_cast<std::uint16_t>(first.source);
  row.problems = static_cast<std::uint32_t>(problems.size());
  row.problem_count = static_cast<std::uint32_t>(about.size());
  problems.insert(problems.end(), about.begin(), about.end());
  return row;
}

void Compilation::write_records(DatabaseFile& file) {
  std::vector<std::uint32_t> problems;
  std::vector<std::uint32_t> packages;
  record_packages_.sort();
  file.begin(layout::Section::kRecords);
  for (RecordId id = 0; id + 1 < members_first_.size(); ++id) {
    layout::Record row = record_row(id, problems);
    row.packages = static_cast<std::uint32_t>(packages.size());
    for (const auto& [record, package] : record_packages_.of(id)) packages.push_back(package);
    row.package_count = static_cast<std::uint32_t>(packages.size()) - row.packages;
    file.write_row(row);
    for (std::uint32_t i = row.problems; i < problems.size(); ++i)
      problem_records_.add(problems[i], id);
  }
  problem_records_.sort();
  file.begin(layout::Section::kRecordProblems);
  for (const std::uint32_t problem : problems) file.write_row(problem);
  file.begin(layout::Section::kRecordPackages);
  for (const std::uint32_t package : packages) file.write_row(package);
}

}  // namespace azekura::scanner
