#include "scanner/feeds/checksums.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "crypto/hash.h"
#include "scanner/document/json.h"

namespace azekura::scanner::feeds {
namespace {

constexpr std::size_t kDigits = 64;

std::string digest_in(std::string_view text) {
  if (text.size() < kDigits) return {};
  text = text.substr(0, kDigits);
  const auto octets = from_hex(text);
  return octets ? to_hex(*octets) : std::string();
}

std::string_view last_part(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  return url.substr(url.rfind('/') + 1);
}

std::string in_json(Json value, std::string_view url) {
  for (const Json item : value.items()) {
    if (std::string found = in_json(item, url); !found.empty()) return found;
  }
  const std::string digest = digest_in(value["sha256"].text());
  for (const auto [key, member] : value.members()) {
    if (!digest.empty() && last_part(member.text()) == last_part(url)) return digest;
    if (std::string found = in_json(member, url); !found.empty()) return found;
  }
  return {};
}

std::string in_line(std::string_view line, std::string_view name) {
  const std::string digest = digest_in(line);
  if (digest.empty()) return {};
  line.remove_prefix(kDigits);
  while (!line.empty() && (line.front() == ' ' || line.front() == '*')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return line.empty() || last_part(line) == name ? digest : std::string();
}

}  // namespace

std::string sum_for(std::string_view url, std::string_view sums) {
  if (const auto document = JsonDocument::parse(sums)) return in_json(document->root(), url);
  while (!sums.empty()) {
    const std::size_t end = std::min(sums.find('\n'), sums.size());
    if (std::string found = in_line(sums.substr(0, end), last_part(url)); !found.empty()) {
      return found;
    }
    sums.remove_prefix(std::min(end + 1, sums.size()));
  }
  return {};
}

Result<std::string> sha256_of(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (!file) return fail_errno("open " + path, errno);
  ASSIGN_OR_RETURN(crypto::Hasher hasher, crypto::Hasher::create(crypto::Hash::kSha256));
  std::vector<std::uint8_t> piece(std::size_t{1} << 18);
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), file.get())) {
    RETURN_IF_ERROR(hasher.update(ByteView(piece).first(size)));
  }
  if (std::ferror(file.get()) != 0) return fail_errno("read " + path, errno);
  std::array<std::uint8_t, crypto::kHashSizeMax> digest{};
  ASSIGN_OR_RETURN(const std::size_t size, hasher.finish(digest));
  return to_hex(ByteView(digest).first(size));
}

}  // namespace azekura::scanner::feeds
