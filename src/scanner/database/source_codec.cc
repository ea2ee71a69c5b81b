#include "scanner/database/source_codec.h"

#include "scanner/database/varint.h"

namespace azekura::scanner {
namespace {

// The fields in their order, for writing and for reading.
template <typename Source, typename Texts, typename Numbers, typename Lists>
void for_each_field(Source& source, const Texts& text, const Numbers& number, const Lists& list) {
  text(source.name);
  text(source.format);
  text(source.origin);
  text(source.digest);
  text(source.failure);
  number(source.date);
  number(source.fetched);
  number(source.files);
  number(source.records);
  number(source.bad_records);
  number(source.unrecognised_files);
  number(source.ecosystems);
  list(source.bad_examples);
  list(source.unrecognised_examples);
}

}  // namespace

std::string encode_sources(const std::vector<SourceInfo>& sources) {
  std::string out;
  put_varint(out, sources.size());
  for (const SourceInfo& source : sources) {
    for_each_field(
        source, [&](const std::string& text) { put_text(out, text); },
        [&](auto number) { put_varint(out, static_cast<std::uint64_t>(number)); },
        [&](const std::vector<std::string>& texts) {
          put_varint(out, texts.size());
          for (const std::string& text : texts) put_text(out, text);
        });
  }
  return out;
}

std::vector<SourceInfo> decode_sources(std::string_view octets) {
  VarintCursor in(octets);
  std::vector<SourceInfo> sources;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && !in.done(); ++i) {
    for_each_field(
        sources.emplace_back(), [&](std::string& text) { text = in.text(); },
        [&](auto& number) {
          number = static_cast<std::remove_reference_t<decltype(number)>>(in.number());
        },
        [&](std::vector<std::string>& texts) {
          const std::size_t text_count = in.count();
          for (std::size_t j = 0; j < text_count && !in.done(); ++j) texts.emplace_back(in.text());
        });
  }
  return sources;
}

}  // namespace azekura::scanner
