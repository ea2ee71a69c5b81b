#include "scanner/inventory/rpm_testing.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace azekura::scanner::inventory {
namespace {

std::string short_of(std::size_t value, Order order) {
  const std::string four = number_of(static_cast<std::uint32_t>(value), order);
  return order == Order::kBig ? four.substr(2) : four.substr(0, 2);
}

std::string page_head(std::uint32_t number, std::uint32_t next, std::size_t entries,
                      std::size_t high, char type, Order order) {
  return std::string(8, '\0') + number_of(number, order) + number_of(0, order) +
         number_of(next, order) + short_of(entries, order) + short_of(high, order) + '\0' + type;
}

}  // namespace

std::string ndb_of(const std::vector<std::string>& headers) {
  constexpr std::size_t kPageSize = 4096;
  std::string slots = "RpmP" + little(0) + little(1) + little(1) +
                      little(static_cast<std::uint32_t>(headers.size() + 1)) +
                      std::string(12, '\0');
  std::string blobs;
  std::uint32_t index = 0;
  for (const std::string& header : headers) {
    ++index;
    const std::size_t block = (kPageSize + blobs.size()) / 16;
    std::string blob = "BlbS" + little(index) + little(1) +
                       little(static_cast<std::uint32_t>(header.size())) + header;
    blob.resize((blob.size() + 12 + 15) / 16 * 16 - 12);
    blob += little(0) + little(static_cast<std::uint32_t>(header.size())) + "BlbE";
    slots += "Slot" + little(index) + little(static_cast<std::uint32_t>(block)) +
             little(static_cast<std::uint32_t>(blob.size() / 16));
    blobs += blob;
  }
  while (slots.size() < kPageSize) slots += "Slot" + std::string(12, '\0');
  return slots + blobs;
}

std::string bdb_of(const std::vector<std::string>& headers, Order order, std::size_t page_size) {
  std::string file(page_size, '\0');
  file.replace(12, 4, number_of(0x061561, order));
  file.replace(16, 4, number_of(9, order));
  file.replace(20, 4, number_of(static_cast<std::uint32_t>(page_size), order));
  file[25] = 8;
  const std::size_t room = page_size - 26;
  std::uint32_t number = 0;
  for (const std::string& header : headers) {
    const auto first = static_cast<std::uint32_t>(file.size() / page_size);
    // From the end backwards: the key 0 and its value, then the package's key and where it lies.
    const std::string key = '\1' + number_of(++number, order);
    const std::string place = std::string("\3\0\0\0", 4) + number_of(first + 1, order) +
                              number_of(static_cast<std::uint32_t>(header.size()), order);
    const std::string items =
        place + key + std::string("\1\5\0\0\0", 5) + std::string("\1\0\0\0\0", 5);
    std::string page = page_head(first, 0, 4, 0, 13, order);
    for (const std::size_t back : {5, 10, 15, 27}) page += short_of(page_size - back, order);
    page.resize(page_size - items.size());
    file += page + items;
    for (std::size_t at = 0; at < header.size(); at += room) {
      const std::string piece = header.substr(at, room);
      const auto here = static_cast<std::uint32_t>(file.size() / page_size);
      const bool last = at + room >= header.size();
      file += page_head(here, last ? 0 : here + 1, 1, piece.size(), 7, order) + piece;
      file.resize((here + 1) * page_size);
    }
  }
  return file;
}

std::string sqlite_of(const std::vector<std::string>& headers) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &database), SQLITE_OK);
  sqlite3_exec(database, "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)",
               nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO Packages (blob) VALUES (?)", -1, &insert, nullptr);
  for (const std::string& header : headers) {
    sqlite3_bind_blob(insert, 1, header.data(), static_cast<int>(header.size()), SQLITE_STATIC);
    EXPECT_EQ(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_int64 size = 0;
  unsigned char* octets = sqlite3_serialize(database, "main", &size, 0);
  std::string file(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
  sqlite3_free(octets);
  sqlite3_close(database);
  return file;
}

}  // namespace azekura::scanner::inventory
