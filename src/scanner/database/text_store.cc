#include "scanner/database/text_store.h"

#include <zstd.h>

#include "scanner/database/varint.h"

namespace azekura::scanner {
namespace {

constexpr std::size_t kOpenSizeMax = std::size_t{256} << 10;
constexpr int kQuick = 1;

}  // namespace

std::string encode_text(const Text& text) {
  std::string out;
  out.reserve(text.title.size() + text.body.size() + text.source.size() + text.link.size() + 12);
  for (const std::string* part : {&text.title, &text.body, &text.source, &text.link}) {
    put_text(out, *part);
  }
  return out;
}

Text decode_text(std::string_view octets) {
  VarintCursor cursor(octets);
  Text text;
  for (std::string* part : {&text.title, &text.body, &text.source, &text.link}) {
    part->assign(cursor.text());
  }
  return text;
}

std::string compress(std::string_view octets, int level) {
  std::string frame(ZSTD_compressBound(octets.size()), '\0');
  const std::size_t size =
      ZSTD_compress(frame.data(), frame.size(), octets.data(), octets.size(), level);
  frame.resize(ZSTD_isError(size) != 0 ? 0 : size);
  frame.shrink_to_fit();
  return frame;
}

Result<std::string> decompress(std::string_view frame, std::size_t size) {
  std::string octets(size, '\0');
  const std::size_t written =
      ZSTD_decompress(octets.data(), octets.size(), frame.data(), frame.size());
  if (ZSTD_isError(written) != 0 || written != size) {
    return fail(Code::kCorrupt, "a block of texts is damaged");
  }
  return octets;
}

TextStore::Place TextStore::add(std::string_view octets) {
  const Place place{static_cast<std::uint32_t>(blocks_.size() + 1),
                    static_cast<std::uint32_t>(open_.size())};
  put_text(open_, octets);
  if (open_.size() >= kOpenSizeMax) close();
  return place;
}

void TextStore::close() {
  if (open_.empty()) return;
  blocks_.push_back({compress(open_, kQuick), open_.size()});
  open_.clear();
}

Result<std::string> TextStore::block(std::size_t index) const {
  return decompress(blocks_[index].frame, blocks_[index].size);
}

}  // namespace azekura::scanner
