#include "cli/public_key_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "crypto/hash.h"
#include "crypto/key.h"

namespace azekura::cli {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kPemLine = 64;

// Strings and numbers as SSH writes them (RFC 4251 §5).
class SshWriter {
 public:
  SshWriter& string(ByteView octets) {
    const auto size = static_cast<std::uint32_t>(octets.size());
    for (const int shift : {24, 16, 8, 0}) out_.push_back(static_cast<std::uint8_t>(size >> shift));
    out_.insert(out_.end(), octets.begin(), octets.end());
    return *this;
  }
  // An unsigned big-endian number without leading zeros.
  SshWriter& number(ByteView octets) {
    Bytes padded(octets.begin(), octets.end());
    if (!padded.empty() && (padded[0] & 0x80) != 0) padded.insert(padded.begin(), 0);
    return string(padded);
  }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

struct SshKey {
  std::string type;
  Bytes blob;
};

Result<SshKey> ssh_key(ByteView spki) {
  ASSIGN_OR_RETURN(const auto key, crypto::PublicKey::from_spki(spki));
  SshKey out;
  switch (key.type()) {
    case crypto::KeyType::kRsa: {
      ASSIGN_OR_RETURN(const auto parts, key.rsa_parts());
      out.type = "ssh-rsa";
      out.blob = SshWriter()
                     .string(as_bytes(out.type))
                     .number(parts.exponent)
                     .number(parts.modulus)
                     .take();
      return out;
    }
    case crypto::KeyType::kEc: {
      ASSIGN_OR_RETURN(const Bytes point, key.point());
      const std::string curve = "nistp" + std::to_string(key.bits());
      out.type = "ecdsa-sha2-" + curve;
      out.blob =
          SshWriter().string(as_bytes(out.type)).string(as_bytes(curve)).string(point).take();
      return out;
    }
    case crypto::KeyType::kEd25519: {
      ASSIGN_OR_RETURN(const Bytes point, key.point());
      out.type = "ssh-ed25519";
      out.blob = SshWriter().string(as_bytes(out.type)).string(point).take();
      return out;
    }
  }
  return fail(Code::kInvalid, "SSH has no such keys");
}

}  // namespace

std::string base64(ByteView octets) {
  std::string out;
  out.reserve((octets.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, octets.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < have ? octets[i + j] : std::uint8_t{0});
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out.push_back(j <= have ? kAlphabet[group >> (18 - 6 * j) & 63] : '=');
    }
  }
  return out;
}

std::string to_pem(ByteView spki) {
  const std::string text = base64(spki);
  std::string out = "-----BEGIN PUBLIC KEY-----\n";
  for (std::size_t i = 0; i < text.size(); i += kPemLine) out += text.substr(i, kPemLine) + "\n";
  return out + "-----END PUBLIC KEY-----\n";
}

Result<std::string> to_ssh(ByteView spki, const std::string& comment) {
  ASSIGN_OR_RETURN(const SshKey key, ssh_key(spki));
  std::string out = key.type + " " + base64(key.blob) + " ";
  // A comment ends with its line, whatever the label was.
  for (const char c : comment) out.push_back(static_cast<unsigned char>(c) < 0x20 ? '?' : c);
  while (out.ends_with(' ')) out.pop_back();
  return out + "\n";
}

Result<std::string> ssh_fingerprint(ByteView spki) {
  ASSIGN_OR_RETURN(const SshKey key, ssh_key(spki));
  std::array<std::uint8_t, 32> digest{};
  ASSIGN_OR_RETURN([[maybe_unused]] const auto size,
                   crypto::digest(crypto::Hash::kSha256, key.blob, digest));
  std::string text = base64(digest);
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

}  // namespace azekura::cli
