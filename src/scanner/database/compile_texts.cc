#include <algorithm>
#include <deque>
#include <future>
#include <tuple>

#include "scanner/database/compilation.h"
#include "scanner/database/varint.h"

namespace azekura::scanner {
namespace {

constexpr std::size_t kBlockSize = std::size_t{128} << 10;
constexpr int kLevel = 9;
// Octets of the links of one problem; what comes after them is left out.
constexpr std::size_t kReferencesMax = std::size_t{1} << 20;
constexpr std::size_t kCompressors = 2;

// The stream of cold texts on its way into the file: blocks are compressed two at a time.
class BlockWriter {
 public:
  explicit BlockWriter(DatabaseFile& file) : file_(file) {
    file_.begin(layout::Section::kBlockData);
    open_.push_back('\0');  // place 0 is none
  }

  // The place in the stream.
  std::uint32_t add(std::string_view octets) {
    if (open_.size() >= kBlockSize) close();
    const std::uint64_t place = start_ + open_.size();
    put_text(open_, octets);
    return static_cast<std::uint32_t>(place);
  }
  // Places are of 32 bits.
  bool is_full() const { return start_ > UINT32_MAX; }
  void finish() {
    close();
    while (!running_.empty()) take();
    file_.begin(layout::Section::kBlocks);
    for (const layout::Block& block : blocks_) file_.write_row(block);
  }

 private:
  void close() {
    const auto size = static_cast<std::uint32_t>(open_.size());
    blocks_.push_back({static_cast<std::uint32_t>(start_), size, 0, 0});
    start_ += size;
    running_.push_back(std::async(
        std::launch::async, [raw = std::exchange(open_, {})] { return compress(raw, kLevel); }));
    if (running_.size() > kCompressors) take();
  }
  void take() {
    const std::string frame = running_.front().get();
    running_.pop_front();
    layout::Block& block = blocks_[taken_++];
    block.offset = offset_;
    block.compressed_size = static_cast<std::uint32_t>(frame.size());
    offset_ += block.compressed_size;
    file_.write(frame);
  }

  DatabaseFile& file_;
  std::string open_;
  std::uint64_t start_ = 0;
  std::uint32_t offset_ = 0;
  std::size_t taken_ = 0;
  std::vector<layout::Block> blocks_;
  std::deque<std::future<std::string>> running_;
};

}  // namespace

void Compilation::offer(std::vector<Choice>& choices, RecordRef record, TextStore::Place place,
                        std::uint8_t rank) {
  constexpr std::uint32_t kAboutSeveral = 256;
  constexpr std::uint32_t kVoid = 512;
  if (place.block_plus_one == 0) return;
  std::uint32_t worth = rank;
  if (!is_about_one(record)) worth += kAboutSeveral;
  if (sources_[record.source].records[record.index].void_reason != 0) worth += kVoid;
  for (const std::uint32_t problem : problems_of(record)) {
    if (worth < choices[problem].worth) choices[problem] = {worth, record.source, place};
  }
}

void Compilation::choose_texts() {
  english_.resize(names_.problem_count());
  japanese_.resize(names_.problem_count());
  for (std::uint32_t source = 0; source < sources_.size(); ++source) {
    for (std::uint32_t index = 0; index < sources_[source].records.size(); ++index) {
      const CollectedRecord& record = sources_[source].records[index];
      offer(english_, {source, index}, record.english, record.english_rank);
      offer(japanese_, {source, index}, record.japanese, record.japanese_rank);
    }
  }
}

namespace {

// Each text once, even where several problems share it, in the order in which they lie in memory.
template <typename Chosen, typename Sources>
void take_over(std::vector<Chosen> chosen, const Sources& sources, BlockWriter& blocks,
               std::vector<std::uint32_t>& at) {
  const auto key = [](const Chosen& text) {
    const auto& choice = text.choice;
    return std::tuple(choice.source, choice.place.block_plus_one, choice.place.offset);
  };
  std::sort(chosen.begin(), chosen.end(),
            [&](const Chosen& a, const Chosen& b) { return key(a) < key(b); });
  std::string block;
  std::uint32_t written = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto& choice = chosen[i].choice;
    const bool is_first = i == 0;
    if (is_first || std::get<0>(key(chosen[i - 1])) != choice.source ||
        chosen[i - 1].choice.place.block_plus_one != choice.place.block_plus_one) {
      block = sources[choice.source].texts.block(choice.place.block_plus_one - 1).value_or("");
    }
    if (is_first || key(chosen[i - 1]) != key(chosen[i])) {
      written = blocks.add(VarintCursor(block, choice.place.offset).text());
    }
    at[chosen[i].problem] = written;
  }
}

}  // namespace

void Compilation::write_texts(DatabaseFile& file) {
  BlockWriter blocks(file);
  for (auto [choices, at] :
       {std::pair(&english_, &english_at_), std::pair(&japanese_, &japanese_at_)}) {
    std::vector<Chosen> chosen;
    for (std::uint32_t problem = 0; problem < choices->size(); ++problem) {
      if ((*choices)[problem].place.block_plus_one != 0)
        chosen.push_back({(*choices)[problem], problem});
    }
    at->resize(names_.problem_count());
    take_over(std::move(chosen), sources_, blocks, *at);
    *choices = {};
  }
  for (Collected& source : sources_) source.texts = {};

  Grouped<StringId> references;
  for (std::uint32_t source = 0; source < sources_.size(); ++source) {
    for (std::uint32_t index = 0; index < sources_[source].records.size(); ++index) {
      if (!is_about_one({source, index})) continue;
      for (const StringId link : lists_of({source, index}).references) {
        references.add(problems_of({source, index}).front(), link);
      }
    }
  }
  references.sort();
  references_at_.resize(names_.problem_count());
  for (std::uint32_t problem = 0; problem < names_.problem_count(); ++problem) {
    std::vector<std::string_view> links;
    for (const auto& [number, link] : references.of(problem))
      links.push_back(tables_.strings.text(link));
    if (links.empty()) continue;
    std::sort(links.begin(), links.end());
    links.erase(std::unique(links.begin(), links.end()), links.end());
    std::size_t size = 0;
    std::erase_if(links,
                  [&](std::string_view link) { return (size += link.size()) > kReferencesMax; });
    std::string list;
    put_varint(list, links.size());
    for (const std::string_view link : links) put_text(list, link);
    references_at_[problem] = blocks.add(list);
  }
  blocks.finish();
  is_too_large_ = is_too_large_ || blocks.is_full();
}

}  // namespace azekura::scanner
