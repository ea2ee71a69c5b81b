// The headers of packages as they lie in the three forms of RPM's database.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner::inventory {

enum class Order : std::uint8_t { kBig, kLittle };

// REQUIRES: at + 4 <= octets.size()
inline std::uint32_t number_at(std::string_view octets, std::size_t at, Order order) {
  std::uint32_t value = 0;
  for (std::size_t place = 0; place < 4; ++place) {
    const std::size_t from = order == Order::kBig ? place : 3 - place;
    value = value << 8 | static_cast<std::uint8_t>(octets[at + from]);
  }
  return value;
}

struct RpmBlobSink {
  // The octets of a header; valid during the call only. An error stops and is returned.
  std::function<Status(std::string_view octets)> blob;
  // One that is not whole.
  std::function<void(std::string why)> problem;
};

bool is_rpm_sqlite(std::string_view octets);
bool is_rpm_ndb(std::string_view octets);
bool is_rpm_bdb(std::string_view octets);

// kCorrupt where the database itself cannot be read; what `sink` returns.
Status for_each_sqlite_blob(std::string octets, std::string_view journal, const RpmBlobSink& sink);
Status for_each_ndb_blob(std::string_view octets, const RpmBlobSink& sink);
Status for_each_bdb_blob(std::string_view octets, const RpmBlobSink& sink);

}  // namespace azekura::scanner::inventory
