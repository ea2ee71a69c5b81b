#include "scanner/inventory/sockets.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::uint32_t kTcpListen = 10;
// "Connected" is 1; what is left is bound.
constexpr std::uint32_t kUdpBound = 7;

template <typename Number>
std::optional<Number> number_of(std::string_view text, int base) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// Words of 32 bits in the machine's own order, in hexadecimal.
std::string address_of(std::string_view text) {
  std::array<std::uint32_t, 4> words{};
  if (text.size() != 8 && text.size() != 32) return {};
  for (std::size_t word = 0; word < text.size() / 8; ++word) {
    const auto value = number_of<std::uint32_t>(text.substr(word * 8, 8), 16);
    if (!value) return {};
    words[word] = *value;
  }
  std::array<char, INET6_ADDRSTRLEN> shown{};
  const bool is_v4 = text.size() == 8;
  ::inet_ntop(is_v4 ? AF_INET : AF_INET6, words.data(), shown.data(), shown.size());
  const std::string address = shown.data();
  return is_v4 ? address : "[" + address + "]";
}

}  // namespace

void add_listeners(std::string_view protocol, std::string_view octets, Listeners& listeners) {
  const std::uint32_t listening = protocol == "tcp" ? kTcpListen : kUdpBound;
  for (std::string_view line; next_line(octets, line);) {
    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
    const auto parts = split(line, ' ');
    if (parts.size() < 10 || number_of<std::uint32_t>(parts[3], 16) != listening) continue;
    std::string_view port_text = parts[1];
    const std::string address = address_of(cut(port_text, ':'));
    const auto port = number_of<std::uint16_t>(port_text, 16);
    const auto inode = number_of<std::uint64_t>(parts[9], 10);
    if (address.empty() || !port || *port == 0 || !inode) continue;
    listeners[*inode] = std::string(protocol) + " " + address + ":" + std::to_string(*port);
  }
}

bool is_past_listeners(std::string_view octets) {
  const std::size_t end = octets.rfind('\n');
  if (end == std::string_view::npos || end == 0) return false;
  const std::size_t begin = octets.rfind('\n', end - 1);
  if (begin == std::string_view::npos) return false;  // the line of titles
  const auto parts = split(octets.substr(begin, end - begin), ' ');
  return parts.size() > 3 && number_of<std::uint32_t>(parts[3], 16) != kTcpListen;
}

}  // namespace azekura::scanner::inventory
