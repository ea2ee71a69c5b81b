#include "hsm/token/vault.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/random.h"

namespace azekura::hsm::token {
namespace {

constexpr std::string_view kMagic = "azekura master\r\n";
constexpr std::uint32_t kFormatVersion = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kMasterKeySize = 32;
constexpr std::size_t kHeaderSize = 16 + 4 + 1 + 3 * 4 + kSaltSize;
constexpr std::size_t kWrappedSize = kMasterKeySize + crypto::AesGcm::kTagSize;
constexpr std::size_t kChecksumSize = 32;
constexpr std::size_t kFileSize =
    kHeaderSize + crypto::AesGcm::kNonceSize + kWrappedSize + kChecksumSize;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct MasterFile {
  Unlock::Kind kind = Unlock::Kind::kPassphrase;
  crypto::Argon2Cost cost;
  Bytes salt;
  Bytes header;  // everything before the nonce: authenticated with the key
  Bytes nonce;
  Bytes wrapped;
};

std::string path_in(const std::string& dir) { return dir + "/" + std::string(kMasterKeyFile); }

tl::unexpected<Error> damaged(const std::string& path) {
  return fail(Code::kCorrupt, fmt::format("{} is damaged", path),
              "put the file back from a backup; nothing was changed");
}

Status check_secret(const Unlock& unlock) {
  const std::size_t size = unlock.secret.size();
  if (unlock.kind == Unlock::Kind::kPassphrase) {
    if (size < kPassphraseBytesMin || size > kPassphraseBytesMax) {
      return fail(Code::kInvalid, fmt::format("a passphrase has {} to {} characters",
                                              kPassphraseBytesMin, kPassphraseBytesMax));
    }
  } else if (size < kKeyFileBytesMin || size > kKeyFileBytesMax) {
    return fail(Code::kInvalid,
                fmt::format("a key file has {} to {} octets", kKeyFileBytesMin, kKeyFileBytesMax),
                "make one: head -c 32 /dev/urandom > FILE");
  }
  return {};
}

Result<Bytes> checksum(ByteView content) {
  Bytes sum(kChecksumSize);
  ASSIGN_OR_RETURN([[maybe_unused]] auto size, crypto::digest(crypto::Hash::kSha256, content, sum));
  return sum;
}

Result<crypto::AesGcm> wrapping_key(const MasterFile& file, const Unlock& unlock) {
  const ByteView secret = unlock.secret.reveal(Purpose::kDerive);
  if (file.kind == Unlock::Kind::kPassphrase) {
    ASSIGN_OR_RETURN(Secret key, crypto::argon2id(secret, file.salt, file.cost, kMasterKeySize));
    return crypto::AesGcm::create(key.reveal(Purpose::kCipher));
  }
  ASSIGN_OR_RETURN(Secret key, crypto::hkdf_sha256(secret, file.salt,
                                                   as_bytes("azekura master key"), kMasterKeySize));
  return crypto::AesGcm::create(key.reveal(Purpose::kCipher));
}

Result<Bytes> encode(const Secret& master, const Unlock& unlock) {
  MasterFile file;
  file.kind = unlock.kind;
  file.salt.resize(kSaltSize);
  file.nonce.resize(crypto::AesGcm::kNonceSize);
  RETURN_IF_ERROR(crypto::random_bytes(file.salt));
  RETURN_IF_ERROR(crypto::random_bytes(file.nonce));
  const bool derived = unlock.kind == Unlock::Kind::kPassphrase;

  ByteBuilder out;
  out.raw(as_bytes(kMagic)).number(kFormatVersion).number(static_cast<std::uint8_t>(unlock.kind));
  out.number(derived ? file.cost.memory_kib : 0u).number(derived ? file.cost.passes : 0u);
  out.number(derived ? file.cost.lanes : 0u).raw(file.salt);
  ASSIGN_OR_RETURN(const crypto::AesGcm key, wrapping_key(file, unlock));
  ASSIGN_OR_RETURN(const Bytes wrapped,
                   key.seal(file.nonce, out.bytes(), master.reveal(Purpose::kWrap)));
  out.raw(file.nonce).raw(wrapped);
  ASSIGN_OR_RETURN(const Bytes sum, checksum(out.bytes()));
  return out.raw(sum).take();
}

Result<Bytes> read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok() && errno == ENOENT) {
    return fail(Code::kNotFound, fmt::format("there is no {}", path),
                "make the data folder with: azekura hsm init");
  }
  if (!file.ok()) return fail_errno("open " + path, errno);
  Bytes content(kFileSize + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read " + path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

Result<MasterFile> decode(const std::string& path) {
  ASSIGN_OR_RETURN(const Bytes content, read_file(path));
  ByteReader reader(content);
  ByteView magic;
  std::uint32_t version = 0;
  if (!reader.take(kMagic.size(), magic) || as_text(magic) != kMagic || !reader.number(version)) {
    return damaged(path);
  }
  if (version > kFormatVersion) {
    return fail(Code::kUnsupported,
                fmt::format("{} is of format {}; this program knows format {}", path, version,
                            kFormatVersion),
                "use the newer azekura that wrote it");
  }
  if (version != kFormatVersion || content.size() != kFileSize) return damaged(path);
  ASSIGN_OR_RETURN(const Bytes sum, checksum(ByteView(content).first(kFileSize - kChecksumSize)));
  if (!std::equal(sum.begin(), sum.end(), content.end() - kChecksumSize)) return damaged(path);

  MasterFile file;
  std::uint8_t kind = 0;
  ByteView salt, nonce, wrapped;
  reader.number(kind);
  reader.number(file.cost.memory_kib);
  reader.number(file.cost.passes);
  reader.number(file.cost.lanes);
  reader.take(kSaltSize, salt);
  reader.take(crypto::AesGcm::kNonceSize, nonce);
  reader.take(kWrappedSize, wrapped);
  if (!reader.ok() || (kind != static_cast<std::uint8_t>(Unlock::Kind::kPassphrase) &&
                       kind != static_cast<std::uint8_t>(Unlock::Kind::kKeyFile))) {
    return damaged(path);
  }
  file.kind = static_cast<Unlock::Kind>(kind);
  file.salt = to_bytes(salt);
  file.header = to_bytes(ByteView(content).first(kHeaderSize));
  file.nonce = to_bytes(nonce);
  file.wrapped = to_bytes(wrapped);
  return file;
}

Status write_all(int fd, ByteView content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail_errno("write " + path, errno);
    content = content.subspan(static_cast<std::size_t>(put));
  }
  if (::fsync(fd) != 0) return fail_errno("sync " + path, errno);
  return {};
}

Status sync_folder(const std::string& dir) {
  const FileDescriptor folder(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok()) return fail_errno("open " + dir, errno);
  if (::fsync(folder.get()) != 0) return fail_errno("sync " + dir, errno);
  return {};
}

enum class Place { kNew, kReplace };

// Readers see the whole old file, the whole new one, or (kNew) none.
Status place_file(const std::string& dir, ByteView content, Place place) {
  const std::string path = path_in(dir);
  std::string temporary = path + ".XXXXXX";
  const FileDescriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // of mode 0600
  if (!file.ok()) return fail_errno("create a file in " + dir, errno);
  Status written = write_all(file.get(), content, temporary);
  if (written && place == Place::kReplace && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = fail_errno("rename to " + path, errno);
  }
  if (written && place == Place::kNew && ::link(temporary.c_str(), path.c_str()) != 0) {
    written = errno == EEXIST
                  ? Status(fail(Code::kConflict, fmt::format("{} exists already", path),
                                "a data folder is made only once; choose another with --dir"))
                  : Status(fail_errno("link " + path, errno));
  }
  if (!written || place == Place::kNew) ::unlink(temporary.c_str());
  RETURN_IF_ERROR(written);
  return sync_folder(dir);
}

Result<Secret> unwrap(const std::string& path, const MasterFile& file, const Unlock& unlock) {
  if (file.kind != unlock.kind) {
    return file.kind == Unlock::Kind::kPassphrase
               ? fail(Code::kDenied, "the master key is under a passphrase, not a key file")
               : fail(Code::kDenied, "the master key is under a key file, not a passphrase");
  }
  RETURN_IF_ERROR(check_secret(unlock));
  auto key = wrapping_key(file, unlock);
  if (!key) {
    if (key.error().code == Code::kInvalid) return damaged(path);  // a cost beyond the limits
    return tl::make_unexpected(key.error());
  }
  auto master = key->open(file.nonce, file.header, file.wrapped);
  if (!master && master.error().code == Code::kCorrupt) {
    // The checksum was right, so the file is as it was written.
    return file.kind == Unlock::Kind::kPassphrase
               ? fail(Code::kDenied, "the passphrase is wrong")
               : fail(Code::kDenied, "the key file is not the one that belongs to this master key");
  }
  return master;
}

}  // namespace

Status Vault::create(const std::string& dir, const Unlock& unlock) {
  RETURN_IF_ERROR(check_secret(unlock));
  ASSIGN_OR_RETURN(const Secret master, crypto::random_secret(kMasterKeySize));
  ASSIGN_OR_RETURN(const Bytes content, encode(master, unlock));
  return place_file(dir, content, Place::kNew);
}

Result<Vault> Vault::open(const std::string& dir, const Unlock& unlock) {
  ASSIGN_OR_RETURN(const MasterFile file, decode(path_in(dir)));
  ASSIGN_OR_RETURN(Secret master, unwrap(path_in(dir), file, unlock));
  return Vault(std::move(master));
}

Result<Unlock::Kind> Vault::kind(const std::string& dir) {
  ASSIGN_OR_RETURN(const MasterFile file, decode(path_in(dir)));
  return file.kind;
}

Status Vault::change(const std::string& dir, const Unlock& from, const Unlock& to) {
  RETURN_IF_ERROR(check_secret(to));
  ASSIGN_OR_RETURN(const MasterFile file, decode(path_in(dir)));
  ASSIGN_OR_RETURN(const Secret master, unwrap(path_in(dir), file, from));
  ASSIGN_OR_RETURN(const Bytes content, encode(master, to));
  return place_file(dir, content, Place::kReplace);
}

Result<Secret> Vault::subkey(std::string_view purpose) const {
  return crypto::hkdf_sha256(master_.reveal(Purpose::kDerive), as_bytes("azekura vault"),
                             as_bytes(purpose), kMasterKeySize);
}

}  // namespace azekura::hsm::token
