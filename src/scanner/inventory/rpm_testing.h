// Headers and databases of RPM, built by hand for the tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/inventory/rpm_blobs.h"
#include "scanner/inventory/rpm_header.h"

namespace azekura::scanner::inventory {

inline std::string number_of(std::uint32_t value, Order order) {
  std::string octets(4, '\0');
  for (std::size_t place = 0; place < 4; ++place) {
    const std::size_t at = order == Order::kBig ? 3 - place : place;
    octets[at] = static_cast<char>(value >> (8 * place) & 0xFF);
  }
  return octets;
}
inline std::string big(std::uint32_t value) { return number_of(value, Order::kBig); }
inline std::string little(std::uint32_t value) { return number_of(value, Order::kLittle); }

class HeaderBuilder {
 public:
  HeaderBuilder& text(RpmTag tag, std::string_view text) {
    return texts(tag, {std::string(text)}, 6);
  }
  HeaderBuilder& texts(RpmTag tag, const std::vector<std::string>& texts, std::uint32_t type = 8) {
    std::string data;
    for (const std::string& text : texts) data += text + '\0';
    return entry(tag, type, data, static_cast<std::uint32_t>(texts.size()));
  }
  HeaderBuilder& numbers(RpmTag tag, const std::vector<std::uint32_t>& values) {
    store_.resize((store_.size() + 3) / 4 * 4);
    std::string data;
    for (const std::uint32_t value : values) data += big(value);
    return entry(tag, 4, data, static_cast<std::uint32_t>(values.size()));
  }
  HeaderBuilder& entry(RpmTag tag, std::uint32_t type, std::string_view data, std::uint32_t count) {
    index_ += big(static_cast<std::uint32_t>(tag)) + big(type) +
              big(static_cast<std::uint32_t>(store_.size())) + big(count);
    store_ += data;
    return *this;
  }
  std::string build() const {
    return big(static_cast<std::uint32_t>(index_.size() / 16)) +
           big(static_cast<std::uint32_t>(store_.size())) + index_ + store_;
  }

 private:
  std::string index_;
  std::string store_;
};

inline std::string package_header(std::string_view name, std::string_view version,
                                  std::string_view release) {
  return HeaderBuilder()
      .text(RpmTag::kName, name)
      .text(RpmTag::kVersion, version)
      .text(RpmTag::kRelease, release)
      .build();
}

// A page of slots, and the blobs behind it.
std::string ndb_of(const std::vector<std::string>& headers);
// One page of items for each header, and as many overflow pages as it needs.
std::string bdb_of(const std::vector<std::string>& headers, Order order,
                   std::size_t page_size = 512);
std::string sqlite_of(const std::vector<std::string>& headers);

}  // namespace azekura::scanner::inventory
