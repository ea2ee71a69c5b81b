// p11bench: closed-loop benchmark of any PKCS#11 module.
//
//   p11bench ops      throughput and latency of each operation at several thread counts
//   p11bench find     C_FindObjects by label and by id on a token holding N objects
//   p11bench startup  time of C_Initialize, login and first find, phase by phase
//   p11bench starts   how many of N processes that start and log in at the same moment fail to
//
// Build:  g++ -std=c++20 -O2 -Wall -Wextra $(pkg-config --cflags p11-kit-1) p11bench.cc -o p11bench
// -ldl -pthread
//
// Every worker thread owns one session and repeats one operation as fast as it can, so N threads
// keep N operations in flight. Each operation is what an application does (C_SignInit + C_Sign, and
// so on): a module that needs one round trip per PKCS#11 call pays for each of them here. With
// --processes the threads run in that many processes, each with its own copy of the module, as
// separate applications do.

#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using Bytes = std::vector<CK_BYTE>;

double secondsBetween(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

// ---------------------------------------------------------------------------------------------------
// PKCS#11 made safe to call: errors are exceptions, sessions close themselves.

class P11Error : public std::runtime_error {
 public:
  P11Error(const char* function, CK_RV code)
      : std::runtime_error(describe(function, code)), rv(code) {}
  const CK_RV rv;

 private:
  static std::string describe(const char* function, CK_RV rv) {
    char text[96];
    std::snprintf(text, sizeof text, "%s returned 0x%lx", function, static_cast<unsigned long>(rv));
    return text;
  }
};

void check(const char* function, CK_RV rv) {
  if (rv != CKR_OK) throw P11Error(function, rv);
}

#define P11_CALL(functions, name, ...) check(#name, (functions)->name(__VA_ARGS__))

// A template that owns the values its attributes point to.
class Template {
 public:
  Template& flag(CK_ATTRIBUTE_TYPE type, bool value) {
    return bytes(type, Bytes{static_cast<CK_BYTE>(value ? CK_TRUE : CK_FALSE)});
  }
  Template& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
    const auto* raw = reinterpret_cast<const CK_BYTE*>(&value);
    return bytes(type, Bytes(raw, raw + sizeof value));
  }
  Template& text(CK_ATTRIBUTE_TYPE type, const std::string& value) {
    return bytes(type, Bytes(value.begin(), value.end()));
  }
  Template& bytes(CK_ATTRIBUTE_TYPE type, Bytes value) {
    values_.push_back(std::move(value));
    attributes_.push_back({type, values_.back().data(), values_.back().size()});
    return *this;
  }
  CK_ATTRIBUTE* data() { return attributes_.data(); }
  CK_ULONG size() const { return attributes_.size(); }

 private:
  std::deque<Bytes> values_;  // a deque never moves what it holds
  std::vector<CK_ATTRIBUTE> attributes_;
};

class Module {
 public:
  Module(const std::string& path, std::string initArgs) : initArgs_(std::move(initArgs)) {
    handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle_) throw std::runtime_error(dlerror());
    auto getFunctionList =
        reinterpret_cast<CK_C_GetFunctionList>(dlsym(handle_, "C_GetFunctionList"));
    if (!getFunctionList) throw std::runtime_error(path + " exports no C_GetFunctionList");
    check("C_GetFunctionList", getFunctionList(&functions_));
  }
  ~Module() { finalize(); }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  void initialize() {
    // NSS softoken reads its parameters from one more pointer, LibraryParameters, that stands where
    // the standard has pReserved, followed by its own pReserved: this layout serves both.
    struct {
      CK_C_INITIALIZE_ARGS standard;
      void* nssReserved;
    } args{};
    args.standard.flags = CKF_OS_LOCKING_OK;
    if (!initArgs_.empty()) args.standard.pReserved = initArgs_.data();
    P11_CALL(functions_, C_Initialize, &args);
    initialized_ = true;
  }
  void finalize() {
    if (initialized_) functions_->C_Finalize(nullptr);
    initialized_ = false;
  }
  CK_FUNCTION_LIST* functions() const { return functions_; }

 private:
  void* handle_ = nullptr;  // never dlclosed: many modules do not survive it
  CK_FUNCTION_LIST* functions_ = nullptr;
  std::string initArgs_;
  bool initialized_ = false;
};

class Session {
 public:
  Session(CK_FUNCTION_LIST* functions, CK_SLOT_ID slot) : f(functions) {
    P11_CALL(f, C_OpenSession, slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr,
             &handle);
  }
  ~Session() { f->C_CloseSession(handle); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void login(const std::string& pin) {
    auto* text = reinterpret_cast<CK_UTF8CHAR*>(const_cast<char*>(pin.data()));
    CK_RV rv = f->C_Login(handle, CKU_USER, text, pin.size());
    if (rv != CKR_USER_ALREADY_LOGGED_IN) check("C_Login", rv);
  }
  std::vector<CK_OBJECT_HANDLE> find(Template wanted, CK_ULONG most) {
    std::vector<CK_OBJECT_HANDLE> found(most);
    CK_ULONG count = 0;
    P11_CALL(f, C_FindObjectsInit, handle, wanted.data(), wanted.size());
    CK_RV rv = f->C_FindObjects(handle, found.data(), most, &count);
    P11_CALL(f, C_FindObjectsFinal, handle);
    check("C_FindObjects", rv);
    found.resize(count);
    return found;
  }

  CK_FUNCTION_LIST* const f;
  CK_SESSION_HANDLE handle = CK_INVALID_HANDLE;
};

// ---------------------------------------------------------------------------------------------------
// Latency histogram: 64 linear steps within each power of two, so any percentile is within 1.6 %.

class Histogram {
 public:
  void add(uint64_t nanoseconds) {
    ++counts_[indexOf(nanoseconds)];
    ++total_;
    max_ = std::max(max_, nanoseconds);
  }
  void merge(const Histogram& other) {
    for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    total_ += other.total_;
    max_ = std::max(max_, other.max_);
  }
  uint64_t total() const { return total_; }
  uint64_t max() const { return max_; }
  uint64_t percentile(double p) const {
    const auto wanted = static_cast<uint64_t>(p / 100 * static_cast<double>(total_));
    uint64_t seen = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return std::min(valueOf(i), max_);
    }
    return max_;
  }

 private:
  static constexpr int kStepBits = 6;
  static constexpr uint64_t kSteps = uint64_t{1} << kStepBits;

  static size_t indexOf(uint64_t v) {
    if (v < kSteps) return v;
    const int shift = static_cast<int>(std::bit_width(v)) - 1 - kStepBits;
    return (static_cast<size_t>(shift) + 1) * kSteps + ((v >> shift) - kSteps);
  }
  static uint64_t valueOf(size_t index) {
    if (index < kSteps) return index;
    const size_t shift = index / kSteps - 1;
    return (kSteps + index % kSteps) << shift;
  }

  std::array<uint64_t, (64 - kStepBits + 1) * kSteps> counts_{};
  uint64_t total_ = 0;
  uint64_t max_ = 0;
};

// ---------------------------------------------------------------------------------------------------
// Options

struct Options {
  std::string command;
  std::string module;
  std::string pin = "1234";
  std::string initArgs;
  size_t slotIndex = 0;
  std::string token;  // chosen by label when given, else by slotIndex
  std::vector<int> threads{1, 2, 4, 8, 16};
  int processes = 1;
  double seconds = 1.0;
  int repeat = 1;
  std::string only;
  bool tokenKeys = false;
  long objects = 1000;
  double populateLimit = 120;
  int populateThreads = 1;
  bool keepObjects = false;
  bool json = false;
  bool list = false;
};

constexpr const char* kUsage = R"(usage: p11bench ops|find|startup|starts --module PATH [options]
  --pin PIN             user PIN (1234)
  --slot-index N        the Nth slot that holds a token (0)
  --token LABEL         the slot whose token has this label
  --init-args TEXT      C_Initialize's pReserved (NSS softoken's parameters)
  --threads 1,2,4       thread counts to run, in each process (1,2,4,8,16)
  --processes N         ops: processes that run at once; starts: processes that start at once (1)
  --seconds S           measured time of each run (1)
  --repeat N            ops, find: runs of each point, of which the one of median throughput is printed;
                        startup, starts: rounds (1)
  --only REGEX          run only the operations whose name matches
  --key-storage session|token   where the keys that operations use live (session)
  --objects N           find: objects to have on the token (1000)
  --populate-limit S    find: give up populating after S seconds (120)
  --populate-threads N  find: threads that populate; a module may make many objects durable at once (1)
  --keep-objects        find: leave the populated objects on the token
  --json                one JSON object a line instead of a table
  --list                print the operations' names and end
)";

template <typename Number>
Number parse(const std::string& text) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::invalid_argument("not a number: " + text);
  return value;
}

Options parseOptions(int argc, char** argv) {
  Options o;
  std::map<std::string, std::function<void(const std::string&)>> valued{
      {"--module", [&](auto& v) { o.module = v; }},
      {"--pin", [&](auto& v) { o.pin = v; }},
      {"--slot-index", [&](auto& v) { o.slotIndex = parse<size_t>(v); }},
      {"--token", [&](auto& v) { o.token = v; }},
      {"--init-args", [&](auto& v) { o.initArgs = v; }},
      {"--threads",
       [&](auto& v) {
         o.threads.clear();
         std::stringstream parts(v);
         for (std::string part; std::getline(parts, part, ',');)
           o.threads.push_back(parse<int>(part));
       }},
      {"--processes", [&](auto& v) { o.processes = parse<int>(v); }},
      {"--seconds", [&](auto& v) { o.seconds = parse<double>(v); }},
      {"--repeat", [&](auto& v) { o.repeat = parse<int>(v); }},
      {"--only", [&](auto& v) { o.only = v; }},
      {"--key-storage",
       [&](auto& v) {
         if (v != "session" && v != "token") throw std::invalid_argument("--key-storage " + v);
         o.tokenKeys = v == "token";
       }},
      {"--objects", [&](auto& v) { o.objects = parse<long>(v); }},
      {"--populate-limit", [&](auto& v) { o.populateLimit = parse<double>(v); }},
      {"--populate-threads", [&](auto& v) { o.populateThreads = parse<int>(v); }},
  };
  std::map<std::string, bool*> flags{
      {"--keep-objects", &o.keepObjects}, {"--json", &o.json}, {"--list", &o.list}};

  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (auto flag = flags.find(arg); flag != flags.end()) {
      *flag->second = true;
    } else if (auto option = valued.find(arg); option != valued.end()) {
      if (++i == argc) throw std::invalid_argument(arg + " needs a value");
      option->second(argv[i]);
    } else if (o.command.empty() && !arg.starts_with("-")) {
      o.command = arg;
    } else {
      throw std::invalid_argument("unknown argument: " + arg);
    }
  }
  const std::vector<std::string> commands{"ops", "find", "startup", "starts"};
  if (std::ranges::find(commands, o.command) == commands.end())
    throw std::invalid_argument("the command is one of ops, find, startup, starts");
  if (o.module.empty() && !o.list) throw std::invalid_argument("--module is needed");
  return o;
}

CK_SLOT_ID chooseSlot(CK_FUNCTION_LIST* f, const Options& options) {
  CK_ULONG count = 0;
  P11_CALL(f, C_GetSlotList, CK_TRUE, nullptr, &count);
  std::vector<CK_SLOT_ID> slots(count);
  P11_CALL(f, C_GetSlotList, CK_TRUE, slots.data(), &count);
  slots.resize(count);
  if (options.token.empty()) {
    if (options.slotIndex >= slots.size()) throw std::runtime_error("no token in that slot");
    return slots[options.slotIndex];
  }
  std::string padded = options.token;
  padded.resize(32, ' ');
  for (CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info{};
    P11_CALL(f, C_GetTokenInfo, slot, &info);
    if (std::memcmp(info.label, padded.data(), 32) == 0) return slot;
  }
  throw std::runtime_error("no token labelled " + options.token);
}

// ---------------------------------------------------------------------------------------------------
// Keys that the operations use, each made when first asked for.

const Bytes kP256{0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
const std::string kKeyLabel = "p11bench key";
const std::string kObjectLabel = "p11bench object ";

struct KeyPair {
  CK_OBJECT_HANDLE publicKey, privateKey;
};

KeyPair generateRsa(Session& s, bool onToken, CK_ULONG bits) {
  Template pub, priv;
  pub.flag(CKA_TOKEN, onToken)
      .text(CKA_LABEL, kKeyLabel)
      .flag(CKA_VERIFY, true)
      .number(CKA_MODULUS_BITS, bits)
      .bytes(CKA_PUBLIC_EXPONENT, {1, 0, 1});
  priv.flag(CKA_TOKEN, onToken)
      .text(CKA_LABEL, kKeyLabel)
      .flag(CKA_PRIVATE, true)
      .flag(CKA_SENSITIVE, true)
      .flag(CKA_SIGN, true);
  CK_MECHANISM mechanism{CKM_RSA_PKCS_KEY_PAIR_GEN, nullptr, 0};
  KeyPair pair{};
  P11_CALL(s.f, C_GenerateKeyPair, s.handle, &mechanism, pub.data(), pub.size(), priv.data(),
           priv.size(), &pair.publicKey, &pair.privateKey);
  return pair;
}

KeyPair generateEc(Session& s, bool onToken) {
  Template pub, priv;
  pub.flag(CKA_TOKEN, onToken)
      .text(CKA_LABEL, kKeyLabel)
      .flag(CKA_VERIFY, true)
      .bytes(CKA_EC_PARAMS, kP256);
  priv.flag(CKA_TOKEN, onToken)
      .text(CKA_LABEL, kKeyLabel)
      .flag(CKA_PRIVATE, true)
      .flag(CKA_SENSITIVE, true)
      .flag(CKA_SIGN, true);
  CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  KeyPair pair{};
  P11_CALL(s.f, C_GenerateKeyPair, s.handle, &mechanism, pub.data(), pub.size(), priv.data(),
           priv.size(), &pair.publicKey, &pair.privateKey);
  return pair;
}

CK_OBJECT_HANDLE generateSecret(Session& s, bool onToken, CK_MECHANISM_TYPE type,
                                CK_ATTRIBUTE_TYPE use) {
  Template key;
  key.flag(CKA_TOKEN, onToken)
      .text(CKA_LABEL, kKeyLabel)
      .flag(CKA_PRIVATE, true)
      .flag(CKA_SENSITIVE, true)
      .flag(use, true)
      .number(CKA_VALUE_LEN, 32);
  CK_MECHANISM mechanism{type, nullptr, 0};
  CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
  P11_CALL(s.f, C_GenerateKey, s.handle, &mechanism, key.data(), key.size(), &handle);
  return handle;
}

class KeyRing {
 public:
  KeyRing(Session& owner, bool onToken) : owner_(owner), onToken_(onToken) {}
  ~KeyRing() {
    for (CK_OBJECT_HANDLE key : made_) owner_.f->C_DestroyObject(owner_.handle, key);
  }
  CK_OBJECT_HANDLE rsa() {
    return once(rsa_, [&] { return keep(generateRsa(owner_, onToken_, 2048)); });
  }
  CK_OBJECT_HANDLE ec() {
    return once(ec_, [&] { return keep(generateEc(owner_, onToken_)); });
  }
  CK_OBJECT_HANDLE aes() {
    return once(
        aes_, [&] { return keep(generateSecret(owner_, onToken_, CKM_AES_KEY_GEN, CKA_ENCRYPT)); });
  }
  CK_OBJECT_HANDLE hmac() {
    return once(hmac_, [&] {
      return keep(generateSecret(owner_, onToken_, CKM_GENERIC_SECRET_KEY_GEN, CKA_SIGN));
    });
  }

 private:
  template <typename Make>
  CK_OBJECT_HANDLE once(std::optional<CK_OBJECT_HANDLE>& slot, Make make) {
    if (!slot) slot = make();
    return *slot;
  }
  CK_OBJECT_HANDLE keep(KeyPair pair) {
    made_.push_back(pair.publicKey);
    return keep(pair.privateKey);
  }
  CK_OBJECT_HANDLE keep(CK_OBJECT_HANDLE key) {
    made_.push_back(key);
    return key;
  }

  Session& owner_;
  const bool onToken_;
  std::vector<CK_OBJECT_HANDLE> made_;
  std::optional<CK_OBJECT_HANDLE> rsa_, ec_, aes_, hmac_;
};

// ---------------------------------------------------------------------------------------------------
// Operations

// One worker's step: does the operation once. Time spent after `done` is called is not in its
// latency.
using Done = std::function<void()>;
using Step = std::function<void(const Done& done)>;

using KeyMaker = CK_OBJECT_HANDLE (KeyRing::*)();

struct Operation {
  std::string name;
  std::vector<CK_MECHANISM_TYPE> mechanisms;  // all must be on the token, or it is skipped
  KeyMaker key;                               // the key it uses, or null
  // Makes one thread's step, given its session, its number and the key.
  std::function<Step(Session&, unsigned, CK_OBJECT_HANDLE)> worker;
};

Step signStep(Session& s, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, size_t messageSize,
              std::shared_ptr<CK_RSA_PKCS_PSS_PARAMS> pss = nullptr) {
  return [&s, type, key, pss, message = Bytes(messageSize, 0x5a),
          signature = Bytes(1024)](const Done&) mutable {
    CK_MECHANISM mechanism{type, pss.get(), pss ? sizeof *pss : 0};
    CK_ULONG length = signature.size();
    P11_CALL(s.f, C_SignInit, s.handle, &mechanism, key);
    P11_CALL(s.f, C_Sign, s.handle, message.data(), message.size(), signature.data(), &length);
  };
}

Step gcmStep(Session& s, CK_OBJECT_HANDLE key, size_t size, unsigned worker) {
  return [&s, key, worker, counter = uint64_t{0}, plain = Bytes(size, 0x5a),
          sealed = Bytes(size + 16)](const Done&) mutable {
    CK_BYTE iv[12];
    ++counter;  // worker number and counter make every IV differ
    std::memcpy(iv, &worker, 4);
    std::memcpy(iv + 4, &counter, 8);
    CK_GCM_PARAMS gcm{iv, sizeof iv, sizeof iv * 8, nullptr, 0, 128};
    CK_MECHANISM mechanism{CKM_AES_GCM, &gcm, sizeof gcm};
    CK_ULONG length = sealed.size();
    P11_CALL(s.f, C_EncryptInit, s.handle, &mechanism, key);
    P11_CALL(s.f, C_Encrypt, s.handle, plain.data(), plain.size(), sealed.data(), &length);
    if (length != plain.size() + 16) throw std::runtime_error("AES-GCM returned a wrong length");
  };
}

// An operation that makes a key and destroys it: only the making counts as latency, both count in
// ops/s.
template <typename Make>
Operation keygen(std::string name, CK_MECHANISM_TYPE type, Make make) {
  return {std::move(name), {type}, nullptr, [make](Session& s, unsigned, CK_OBJECT_HANDLE) -> Step {
            return [&s, make](const Done& done) {
              const auto made = make(s);
              done();
              for (CK_OBJECT_HANDLE object : made) P11_CALL(s.f, C_DestroyObject, s.handle, object);
            };
          }};
}

std::vector<Operation> catalogue() {
  using Handles = std::vector<CK_OBJECT_HANDLE>;
  std::vector<Operation> all;

  // C_GetSessionInfo: the cheapest call whose answer only the token knows.
  all.push_back({"session-info", {}, nullptr, [](Session& s, unsigned, CK_OBJECT_HANDLE) -> Step {
                   return [&s](const Done&) {
                     CK_SESSION_INFO info;
                     P11_CALL(s.f, C_GetSessionInfo, s.handle, &info);
                   };
                 }});
  all.push_back({"rsa2048-pkcs1-sha256-sign",
                 {CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS_KEY_PAIR_GEN},
                 &KeyRing::rsa,
                 [](Session& s, unsigned, CK_OBJECT_HANDLE key) {
                   return signStep(s, CKM_SHA256_RSA_PKCS, key, 64);
                 }});
  all.push_back({"rsa2048-pss-sha256-sign",
                 {CKM_SHA256_RSA_PKCS_PSS, CKM_RSA_PKCS_KEY_PAIR_GEN},
                 &KeyRing::rsa,
                 [](Session& s, unsigned, CK_OBJECT_HANDLE key) {
                   auto pss = std::make_shared<CK_RSA_PKCS_PSS_PARAMS>();
                   pss->hashAlg = CKM_SHA256;
                   pss->mgf = CKG_MGF1_SHA256;
                   pss->sLen = 32;
                   return signStep(s, CKM_SHA256_RSA_PKCS_PSS, key, 64, pss);
                 }});
  all.push_back(
      {"ecdsa-p256-sign",
       {CKM_ECDSA, CKM_EC_KEY_PAIR_GEN},
       &KeyRing::ec,
       [](Session& s, unsigned, CK_OBJECT_HANDLE key) { return signStep(s, CKM_ECDSA, key, 32); }});
  for (size_t size : {size_t{16}, size_t{1024}, size_t{16384}, size_t{1048576}})
    all.push_back({"aes256-gcm-" + std::to_string(size),
                   {CKM_AES_GCM, CKM_AES_KEY_GEN},
                   &KeyRing::aes,
                   [size](Session& s, unsigned worker, CK_OBJECT_HANDLE key) {
                     return gcmStep(s, key, size, worker);
                   }});
  all.push_back({"hmac-sha256-64",
                 {CKM_SHA256_HMAC, CKM_GENERIC_SECRET_KEY_GEN},
                 &KeyRing::hmac,
                 [](Session& s, unsigned, CK_OBJECT_HANDLE key) {
                   return signStep(s, CKM_SHA256_HMAC, key, 64);
                 }});
  all.push_back({"random-32", {}, nullptr, [](Session& s, unsigned, CK_OBJECT_HANDLE) -> Step {
                   return [&s, out = Bytes(32)](const Done&) mutable {
                     P11_CALL(s.f, C_GenerateRandom, s.handle, out.data(), out.size());
                   };
                 }});
  for (bool onToken : {false, true}) {
    const std::string where = onToken ? "-token" : "-session";
    all.push_back(keygen("keygen-aes256" + where, CKM_AES_KEY_GEN, [onToken](Session& s) {
      return Handles{generateSecret(s, onToken, CKM_AES_KEY_GEN, CKA_ENCRYPT)};
    }));
    all.push_back(keygen("keygen-p256" + where, CKM_EC_KEY_PAIR_GEN, [onToken](Session& s) {
      const KeyPair pair = generateEc(s, onToken);
      return Handles{pair.publicKey, pair.privateKey};
    }));
    all.push_back(
        keygen("keygen-rsa2048" + where, CKM_RSA_PKCS_KEY_PAIR_GEN, [onToken](Session& s) {
          const KeyPair pair = generateRsa(s, onToken, 2048);
          return Handles{pair.publicKey, pair.privateKey};
        }));
  }
  return all;
}

// ---------------------------------------------------------------------------------------------------
// Running an operation

struct Result {
  std::string error;  // empty when the run went through
  double opsPerSecond = 0;
  double cpuMicrosPerOp = 0;  // of this process: for an out-of-process module, the client's share
  Histogram latency;
};

double processCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

enum class Phase { warmUp, measure, stop };

Result runOnce(const Operation& operation, CK_FUNCTION_LIST* f, CK_SLOT_ID slot,
               CK_OBJECT_HANDLE key, int threads, double seconds) {
  std::atomic<Phase> phase{Phase::warmUp};
  std::atomic<int> ready{0};
  std::vector<Histogram> latencies(static_cast<size_t>(threads));
  std::vector<uint64_t> completed(static_cast<size_t>(threads));
  std::vector<std::string> errors(static_cast<size_t>(threads));

  auto work = [&](unsigned number) {
    try {
      Session session(f, slot);
      Step step = operation.worker(session, number, key);
      Clock::time_point end;
      bool ended = false;
      const Done done = [&] {
        end = Clock::now();
        ended = true;
      };
      ++ready;
      for (Phase now; (now = phase.load(std::memory_order_relaxed)) != Phase::stop;) {
        ended = false;
        const auto begin = Clock::now();
        step(done);
        if (!ended) end = Clock::now();
        if (now == Phase::measure) {
          latencies[number].add(static_cast<uint64_t>((end - begin).count()));
          ++completed[number];
        }
      }
    } catch (const std::exception& e) {
      errors[number] = e.what();
      ++ready;
    }
  };

  std::vector<std::thread> pool;
  for (int i = 0; i < threads; ++i) pool.emplace_back(work, static_cast<unsigned>(i));
  while (ready.load() < threads) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::duration<double>(std::min(0.2, seconds / 5)));

  const double cpuBefore = processCpuSeconds();
  const auto begin = Clock::now();
  phase = Phase::measure;
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  phase = Phase::stop;
  for (auto& thread : pool) thread.join();
  const double elapsed = secondsBetween(begin, Clock::now());
  const double cpu = processCpuSeconds() - cpuBefore;

  Result result;
  uint64_t total = 0;
  for (size_t i = 0; i < latencies.size(); ++i) {
    if (!errors[i].empty()) result.error = errors[i];
    result.latency.merge(latencies[i]);
    total += completed[i];
  }
  result.opsPerSecond = static_cast<double>(total) / elapsed;
  if (total > 0) result.cpuMicrosPerOp = cpu * 1e6 / static_cast<double>(total);
  return result;
}

Result runMedian(const Operation& operation, CK_FUNCTION_LIST* f, CK_SLOT_ID slot,
                 CK_OBJECT_HANDLE key, int threads, const Options& options) {
  std::vector<Result> runs;
  for (int i = 0; i < options.repeat; ++i) {
    runs.push_back(runOnce(operation, f, slot, key, threads, options.seconds));
    if (!runs.back().error.empty()) return runs.back();
  }
  std::ranges::sort(runs, {}, &Result::opsPerSecond);
  return runs[runs.size() / 2];
}

void printHeader(const Options& options) {
  if (!options.json)
    std::printf("%-28s %7s %12s %11s %11s %11s %11s\n", "operation", "threads", "ops/s", "p50 us",
                "p99 us", "max us", "cpu us/op");
}

void print(const std::string& name, int threads, const Result& r, const Options& options) {
  auto micros = [](uint64_t ns) { return static_cast<double>(ns) / 1000; };
  const double p50 = micros(r.latency.percentile(50)), p99 = micros(r.latency.percentile(99)),
               max = micros(r.latency.max());
  if (options.json) {
    if (!r.error.empty())
      std::printf(R"({"op":"%s","threads":%d,"error":"%s"})"
                  "\n",
                  name.c_str(), threads, r.error.c_str());
    else
      std::printf(
          R"({"op":"%s","threads":%d,"ops_s":%.1f,"p50_us":%.2f,"p99_us":%.2f,"max_us":%.2f,"cpu_us":%.2f})"
          "\n",
          name.c_str(), threads, r.opsPerSecond, p50, p99, max, r.cpuMicrosPerOp);
  } else if (!r.error.empty()) {
    std::printf("%-28s %7d  %s\n", name.c_str(), threads, r.error.c_str());
  } else {
    std::printf("%-28s %7d %12.1f %11.2f %11.2f %11.2f %11.2f\n", name.c_str(), threads,
                r.opsPerSecond, p50, p99, max, r.cpuMicrosPerOp);
  }
  std::fflush(stdout);
}

// ---------------------------------------------------------------------------------------------------
// Commands

bool supports(CK_FUNCTION_LIST* f, CK_SLOT_ID slot, const Operation& operation) {
  return std::ranges::all_of(operation.mechanisms, [&](CK_MECHANISM_TYPE type) {
    CK_MECHANISM_INFO info{};
    return f->C_GetMechanismInfo(slot, type, &info) == CKR_OK;
  });
}

// A module that is initialized and logged in, with the keys that operations use.
class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        module_(initialized(options)),
        slot_(chooseSlot(module_->functions(), options)),
        owner_(module_->functions(), slot_),
        keys_(owner_, options.tokenKeys) {
    owner_.login(options.pin);
  }
  Result run(const Operation& operation, int threads) {
    try {
      if (!supports(owner_.f, slot_, operation))
        throw std::runtime_error("mechanism not on this token");
      const CK_OBJECT_HANDLE key = operation.key ? (keys_.*operation.key)() : CK_INVALID_HANDLE;
      return runMedian(operation, owner_.f, slot_, key, threads, options_);
    } catch (const std::exception& e) {
      Result failed;
      failed.error = e.what();
      return failed;
    }
  }
  Session& owner() { return owner_; }
  CK_SLOT_ID slot() const { return slot_; }

 private:
  static std::unique_ptr<Module> initialized(const Options& options) {
    auto module = std::make_unique<Module>(options.module, options.initArgs);
    module->initialize();
    return module;
  }

  const Options& options_;
  std::unique_ptr<Module> module_;
  CK_SLOT_ID slot_;
  Session owner_;
  KeyRing keys_;
};

// A Result as it goes through a pipe.
struct WireResult {
  char error[256];
  double opsPerSecond, cpuMicrosPerOp;
  Histogram latency;
};

bool transfer(ssize_t (*move)(int, void*, size_t), int fd, void* data, size_t size) {
  for (auto* at = static_cast<char*>(data); size > 0;) {
    const ssize_t moved = move(fd, at, size);
    if (moved <= 0) return false;
    at += moved;
    size -= static_cast<size_t>(moved);
  }
  return true;
}
bool readAll(int fd, void* data, size_t size) { return transfer(::read, fd, data, size); }
bool writeAll(int fd, void* data, size_t size) {
  return transfer([](int to, void* from, size_t n) { return ::write(to, from, n); }, fd, data,
                  size);
}

// One of the points that ops measures, by its operation's place in the catalogue.
struct Point {
  size_t operation;
  int threads;
};
constexpr Point kStop{0, 0};

// A process of its own that runs points as it is told to.
class Worker {
 public:
  explicit Worker(const Options& options) {
    int down[2], up[2];
    if (pipe2(down, O_CLOEXEC) || pipe2(up, O_CLOEXEC)) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      close(down[1]);
      close(up[0]);
      work(options, down[0], up[1]);
      _exit(0);
    }
    close(down[0]);
    close(up[1]);
    toWorker_ = down[1];
    fromWorker_ = up[0];
  }
  ~Worker() {
    if (pid_ <= 0) return;
    begin(kStop);  // closing the pipe would not do: workers made later hold it open too
    waitpid(pid_, nullptr, 0);
    close(toWorker_);
    close(fromWorker_);
  }
  Worker(Worker&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)),
        toWorker_(other.toWorker_),
        fromWorker_(other.fromWorker_) {}

  void begin(Point point) { writeAll(toWorker_, &point, sizeof point); }
  Result finish() {
    auto wire = std::make_unique<WireResult>();
    Result result;
    if (!readAll(fromWorker_, wire.get(), sizeof *wire)) {
      result.error = "a process died";
      return result;
    }
    result.error = wire->error;
    result.opsPerSecond = wire->opsPerSecond;
    result.cpuMicrosPerOp = wire->cpuMicrosPerOp;
    result.latency = wire->latency;
    return result;
  }

 private:
  static void work(const Options& options, int in, int out) {
    std::unique_ptr<Bench> bench;
    std::string broken;
    try {
      bench = std::make_unique<Bench>(options);
    } catch (const std::exception& e) {
      broken = e.what();
    }
    const std::vector<Operation> operations = catalogue();
    for (Point point; readAll(in, &point, sizeof point) && point.threads != kStop.threads;) {
      Result result;
      if (bench)
        result = bench->run(operations[point.operation], point.threads);
      else
        result.error = broken;
      auto wire = std::make_unique<WireResult>();
      std::snprintf(wire->error, sizeof wire->error, "%s", result.error.c_str());
      wire->opsPerSecond = result.opsPerSecond;
      wire->cpuMicrosPerOp = result.cpuMicrosPerOp;
      wire->latency = result.latency;
      if (!writeAll(out, wire.get(), sizeof *wire)) return;
    }
  }

  pid_t pid_ = -1;
  int toWorker_ = -1, fromWorker_ = -1;
};

Result runInAll(std::vector<Worker>& workers, Point point) {
  for (Worker& worker : workers) worker.begin(point);
  Result sum;
  double cpu = 0;
  for (Worker& worker : workers) {
    const Result part = worker.finish();
    if (!part.error.empty()) sum.error = part.error;
    sum.opsPerSecond += part.opsPerSecond;
    cpu += part.cpuMicrosPerOp * part.opsPerSecond;
    sum.latency.merge(part.latency);
  }
  if (sum.opsPerSecond > 0) sum.cpuMicrosPerOp = cpu / sum.opsPerSecond;
  return sum;
}

void runOps(const Options& options) {
  const std::regex only(options.only.empty() ? ".*" : options.only);
  const std::vector<Operation> operations = catalogue();
  std::unique_ptr<Bench> local;
  std::vector<Worker> workers;
  if (options.processes == 1)
    local = std::make_unique<Bench>(options);
  else
    for (int i = 0; i < options.processes; ++i) workers.emplace_back(options);

  printHeader(options);
  for (size_t i = 0; i < operations.size(); ++i) {
    if (!std::regex_search(operations[i].name, only)) continue;
    for (int threads : options.threads) {
      const Result result =
          local ? local->run(operations[i], threads) : runInAll(workers, {i, threads});
      print(operations[i].name, threads, result, options);
      if (!result.error.empty()) break;
    }
  }
}

std::string objectLabel(long number) { return kObjectLabel + std::to_string(number); }

std::string objectId(long number) { return "id " + std::to_string(number); }

void createObject(Session& s, long number) {
  Template object;
  object.number(CKA_CLASS, CKO_SECRET_KEY)
      .number(CKA_KEY_TYPE, CKK_AES)
      .flag(CKA_TOKEN, true)
      .flag(CKA_PRIVATE, true)
      .flag(CKA_SENSITIVE, true)
      .flag(CKA_ENCRYPT, true)
      .text(CKA_LABEL, objectLabel(number))
      .text(CKA_ID, objectId(number))
      .bytes(CKA_VALUE, Bytes(32, static_cast<CK_BYTE>(number)));
  CK_OBJECT_HANDLE handle;
  P11_CALL(s.f, C_CreateObject, s.handle, object.data(), object.size(), &handle);
}

// Brings the token to `wanted` numbered objects and says how many it has.
long populate(Session& s, CK_SLOT_ID slot, const Options& options) {
  auto exists = [&](long n) {
    return !s.find(Template().text(CKA_LABEL, objectLabel(n)), 1).empty();
  };
  long had = 0;
  for (long step = 1L << 20; step > 0; step /= 2)
    if (exists(had + step - 1)) had += step;

  const auto begin = Clock::now();
  const long threads = std::max(1, options.populateThreads);
  std::atomic<long> next{had};
  std::atomic<bool> late{false};
  std::vector<std::string> errors(static_cast<size_t>(threads));
  std::vector<std::thread> pool;
  for (long t = 0; t < threads; ++t)
    pool.emplace_back([&, t] {
      try {
        Session own(s.f, slot);
        while (!late) {
          const long number = next.fetch_add(1);
          if (number >= options.objects) return;
          createObject(own, number);
          if (secondsBetween(begin, Clock::now()) > options.populateLimit) late = true;
        }
      } catch (const std::exception& e) {
        errors[static_cast<size_t>(t)] = e.what();
      }
    });
  for (std::thread& thread : pool) thread.join();
  for (const std::string& error : errors)
    if (!error.empty()) throw std::runtime_error("populating: " + error);
  const long have = std::max(had, std::min(next.load(), options.objects));
  const double took = secondsBetween(begin, Clock::now());
  if (have > had)
    std::fprintf(stderr, "populated %ld objects (%ld on the token) in %.2f s: %.0f a second\n",
                 have - had, have, took, static_cast<double>(have - had) / took);
  return have;
}

void runFind(const Options& options) {
  Bench bench(options);
  Session& owner = bench.owner();
  const long objects = populate(owner, bench.slot(), options);

  Operation find{"find-label-of-" + std::to_string(objects),
                 {},
                 nullptr,
                 [objects](Session& s, unsigned worker, CK_OBJECT_HANDLE) -> Step {
                   return
                       [&s, objects, next = static_cast<long>(worker) * 7919](const Done&) mutable {
                         next = (next + 104729) % objects;
                         if (s.find(Template().text(CKA_LABEL, objectLabel(next)), 2).size() != 1)
                           throw std::runtime_error("an object was not found");
                       };
                 }};
  Operation findId{"find-id-of-" + std::to_string(objects),
                   {},
                   nullptr,
                   [objects](Session& s, unsigned worker, CK_OBJECT_HANDLE) -> Step {
                     return [&s, objects,
                             next = static_cast<long>(worker) * 7919](const Done&) mutable {
                       next = (next + 104729) % objects;
                       if (s.find(Template().text(CKA_ID, objectId(next)), 2).size() != 1)
                         throw std::runtime_error("an object was not found");
                     };
                   }};
  Operation findNone{"find-absent-of-" + std::to_string(objects),
                     {},
                     nullptr,
                     [](Session& s, unsigned, CK_OBJECT_HANDLE) -> Step {
                       return [&s](const Done&) {
                         if (!s.find(Template().text(CKA_LABEL, "p11bench absent"), 2).empty())
                           throw std::runtime_error("an object was found that does not exist");
                       };
                     }};
  printHeader(options);
  for (const Operation* operation : {&find, &findId, &findNone})
    for (int threads : options.threads)
      print(operation->name, threads, bench.run(*operation, threads), options);

  if (!options.keepObjects)
    for (long n = 0; n < objects; ++n)
      for (CK_OBJECT_HANDLE handle : owner.find(Template().text(CKA_LABEL, objectLabel(n)), 2))
        owner.f->C_DestroyObject(owner.handle, handle);
}

void runStartup(const Options& options) {
  const std::vector<std::string> phases{"C_Initialize", "slot+session", "C_Login",
                                        "first find",   "C_Finalize",   "total"};
  std::vector<std::vector<double>> millis(phases.size());
  Module module(options.module, options.initArgs);
  for (int run = 0; run < std::max(options.repeat, 1); ++run) {
    std::vector<Clock::time_point> marks{Clock::now()};
    auto mark = [&] { marks.push_back(Clock::now()); };
    module.initialize();
    mark();
    {
      Session session(module.functions(), chooseSlot(module.functions(), options));
      mark();
      session.login(options.pin);
      mark();
      session.find(Template().text(CKA_LABEL, objectLabel(0)), 1);
      mark();
    }
    module.finalize();
    mark();
    for (size_t i = 0; i + 1 < marks.size(); ++i)
      millis[i].push_back(secondsBetween(marks[i], marks[i + 1]) * 1e3);
    millis.back().push_back(secondsBetween(marks.front(), marks.back()) * 1e3);
  }
  for (size_t i = 0; i < phases.size(); ++i) {
    std::ranges::sort(millis[i]);
    const double median = millis[i][millis[i].size() / 2];
    std::printf(options.json ? R"({"phase":"%s","median_ms":%.3f,"max_ms":%.3f})"
                               "\n"
                             : "%-14s median %10.3f ms   max %10.3f ms\n",
                phases[i].c_str(), median, millis[i].back());
  }
}

void runStarts(const Options& options) {
  int failed = 0;
  for (int round = 0; round < options.repeat; ++round) {
    std::vector<pid_t> children;
    for (int i = 0; i < options.processes; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        try {
          Bench bench(options);
          _exit(0);
        } catch (const std::exception& e) {
          std::cerr << "p11bench: a start failed: " << e.what() << "\n";
          _exit(1);
        }
      }
      children.push_back(child);
    }
    for (pid_t child : children) {
      int status = 0;
      waitpid(child, &status, 0);
      if (status != 0) ++failed;
    }
  }
  const int starts = options.processes * options.repeat;
  std::printf(options.json ? R"({"processes":%d,"starts":%d,"failed":%d})"
                             "\n"
                           : "%d at once: %d starts, %d failed\n",
              options.processes, starts, failed);
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);  // a worker that died shows as an error of its run
  Options options;
  try {
    options = parseOptions(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "p11bench: " << e.what() << "\n" << kUsage;
    return 2;
  }
  try {
    if (options.list) {
      for (const Operation& operation : catalogue()) std::puts(operation.name.c_str());
    } else if (options.command == "ops") {
      runOps(options);
    } else if (options.command == "find") {
      runFind(options);
    } else if (options.command == "startup") {
      runStartup(options);
    } else {
      runStarts(options);
    }
  } catch (const std::exception& e) {
    std::cerr << "p11bench: " << e.what() << "\n";
    return 1;
  }
  return 0;
}
