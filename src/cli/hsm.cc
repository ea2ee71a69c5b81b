#include "cli/hsm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "hsm/cryptoki/names.h"

namespace azekura::cli {

namespace {

namespace wire = hsm::wire;
using hsm::client::Terms;
using hsm::client::Wait;

// One session of our own in each slot is all that we need; the module's numbers are of its
// connection.
constexpr std::uint64_t kSession = 1;
constexpr Terms kSlowTerms{.wait = Wait::kLong, .deadline = hsm::client::kSlowCallDeadline};
constexpr Terms kLongTerms{.wait = Wait::kLong};

wire::SessionRef session_of(std::uint64_t slot) { return {slot, kSession, true}; }

struct Sentence {
  CK_RV rv;
  Code code;
  const char* message;
  const char* hint;
};

constexpr std::array kSentences{
    Sentence{CKR_PIN_INCORRECT, Code::kDenied, "the PIN is wrong",
             "after ten wrong tries in a row it is locked"},
    Sentence{
        CKR_PIN_LOCKED, Code::kDenied, "the PIN is locked after too many wrong tries",
        "the security officer can set a new one (pkcs11-tool --login --login-type so --init-pin)"},
    Sentence{CKR_PIN_LEN_RANGE, Code::kInvalid, "a PIN has 4 to 255 octets", ""},
    Sentence{CKR_USER_PIN_NOT_INITIALIZED, Code::kConflict, "the token has no user PIN yet",
             "the security officer sets it (pkcs11-tool --login --login-type so --init-pin)"},
    Sentence{CKR_USER_NOT_LOGGED_IN, Code::kDenied, "this needs the token's PIN", ""},
    Sentence{CKR_TOKEN_NOT_PRESENT, Code::kNotFound, "there is no such token",
             "azekura token list"},
    Sentence{CKR_SLOT_ID_INVALID, Code::kNotFound, "there is no such token", "azekura token list"},
    Sentence{CKR_OBJECT_HANDLE_INVALID, Code::kNotFound, "there is no such key",
             "azekura key list"},
    Sentence{CKR_KEY_HANDLE_INVALID, Code::kNotFound, "there is no such key", "azekura key list"},
    Sentence{CKR_KEY_FUNCTION_NOT_PERMITTED, Code::kDenied, "the key may not be used for this", ""},
    Sentence{CKR_ENCRYPTED_DATA_INVALID, Code::kCorrupt, "the key did not make this ciphertext",
             ""},
    Sentence{CKR_DEVICE_MEMORY, Code::kExhausted, "the HSM holds as much as it may", ""},
};

template <class T>
tl::unexpected<Error> refused(const hsm::Outcome<T>& outcome) {
  return tl::make_unexpected(error_of(outcome.error()));
}

std::string text_of(ByteView octets) { return std::string(as_text(octets)); }

// The client says what to do in brackets behind what is wrong.
std::pair<std::string, std::string> without_hint(const std::string& why) {
  const auto bracket = why.rfind(" (");
  if (bracket == std::string::npos || !why.ends_with(')')) return {why, ""};
  return {why.substr(0, bracket), why.substr(bracket + 2, why.size() - bracket - 3)};
}

wire::Mechanism gcm(ByteView nonce, ByteView aad) {
  return {.type = CKM_AES_GCM, .number_a = 128, .first = nonce, .second = aad};
}

}  // namespace

Error error_of(const hsm::Failure& failure) {
  const auto* sentence =
      std::ranges::find_if(kSentences, [&](const Sentence& each) { return each.rv == failure.rv; });
  if (sentence != kSentences.end()) return {sentence->code, sentence->message, sentence->hint};
  if (failure.rv == CKR_DEVICE_ERROR || failure.rv == CKR_DEVICE_REMOVED) {
    auto [why, hint] = without_hint(failure.why);
    return {Code::kUnavailable,
            why.empty() ? "the HSM does not answer" : "the HSM cannot be reached: " + why,
            hint.empty() ? "is it running? azekura hsm status" : hint};
  }
  const std::string_view name = hsm::cryptoki::name_of_rv(failure.rv);
  const std::string rv = name.empty() ? fmt::format("{:#x}", failure.rv) : std::string(name);
  return {Code::kInvalid,
          failure.why.empty() ? fmt::format("the HSM refused: {}", rv)
                              : fmt::format("the HSM refused: {} ({})", failure.why, rv),
          ""};
}

// ---- Attributes
// -----------------------------------------------------------------------------------

Attributes& Attributes::set(CK_ATTRIBUTE_TYPE type, ByteView value) {
  items_[type] = to_bytes(value);
  return *this;
}

Attributes& Attributes::set_text(CK_ATTRIBUTE_TYPE type, std::string_view text) {
  return set(type, as_bytes(text));
}

Attributes& Attributes::set_number(CK_ATTRIBUTE_TYPE type, std::uint64_t number) {
  items_[type] = ByteBuilder().number(number).take();
  return *this;
}

Attributes& Attributes::set_flag(CK_ATTRIBUTE_TYPE type, bool flag) {
  items_[type] = {static_cast<std::uint8_t>(flag ? 1 : 0)};
  return *this;
}

const Bytes* Attributes::find(CK_ATTRIBUTE_TYPE type) const {
  const auto item = items_.find(type);
  return item == items_.end() ? nullptr : &item->second;
}

std::string Attributes::text(CK_ATTRIBUTE_TYPE type) const {
  const Bytes* value = find(type);
  return value == nullptr ? std::string() : text_of(*value);
}

std::optional<std::uint64_t> Attributes::number(CK_ATTRIBUTE_TYPE type) const {
  const Bytes* value = find(type);
  if (value == nullptr || value->size() != sizeof(std::uint64_t)) return std::nullopt;
  std::uint64_t number = 0;
  std::memcpy(&number, value->data(), sizeof number);
  return number;
}

bool Attributes::flag(CK_ATTRIBUTE_TYPE type) const {
  const Bytes* value = find(type);
  return value != nullptr && value->size() == 1 && (*value)[0] == 1;
}

wire::Template Attributes::as_template() const {
  wire::Template out;
  for (const auto& [type, value] : items_) out.push_back({type, value});
  return out;
}

// ---- Hsm
// --------------------------------------------------------------------------------------------

Result<std::unique_ptr<Hsm>> Hsm::connect(const std::string& socket_path) {
  auto options = hsm::client::Connection::Options::from_environment();
  options.socket_path = socket_path;
  std::unique_ptr<Hsm> self(new Hsm(socket_path, std::move(options)));
  if (auto connected = self->connection_.connect(); !connected) return refused(connected);
  return self;
}

Result<DaemonFacts> Hsm::facts() {
  wire::DaemonStatus request;
  const auto reply = connection_.call(request);
  if (!reply) return refused(reply);
  const auto& answer = reply->answer;
  return DaemonFacts{.version = text_of(answer.version),
                     .pid = answer.pid,
                     .uptime_s = answer.uptime_s,
                     .connections = answer.connections,
                     .tokens = answer.tokens,
                     .token_objects = answer.token_objects,
                     .operations = answer.operations,
                     .workers = answer.workers,
                     .memory_locked = answer.memory_locked,
                     .sandboxed = answer.sandboxed,
                     .store_path = text_of(answer.store_path)};
}

Result<std::vector<Token>> Hsm::slots() {
  wire::ListSlots request;
  const auto reply = connection_.call(request);
  if (!reply) return refused(reply);
  std::vector<Token> out;
  for (const auto& slot : reply->answer.slots) {
    out.push_back({slot.slot, text_of(slot.label), text_of(slot.serial), slot.token_flags});
  }
  return out;
}

Result<std::vector<Token>> Hsm::tokens() {
  ASSIGN_OR_RETURN(auto all, slots());
  std::erase_if(all, [](const Token& token) { return !token.has(CKF_TOKEN_INITIALIZED); });
  return all;
}

Result<Token> Hsm::token(const std::string& label) {
  ASSIGN_OR_RETURN(auto all, tokens());
  if (all.empty()) {
    return fail(Code::kNotFound, "there is no token yet", "azekura token create --label NAME");
  }
  if (label.empty()) {
    if (all.size() == 1) return all.front();
    return fail(Code::kInvalid, fmt::format("there are {} tokens", all.size()),
                "name one with --token; azekura token list");
  }
  std::erase_if(all, [&](const Token& token) { return token.label != label; });
  if (all.size() == 1) return all.front();
  if (all.empty()) {
    return fail(Code::kNotFound, fmt::format("there is no token {}", label), "azekura token list");
  }
  return fail(Code::kConflict, fmt::format("{} tokens are called {}", all.size(), label));
}

Result<Token> Hsm::create_token(const std::string& label, const Secret& so_pin, const Secret& pin) {
  ASSIGN_OR_RETURN(const auto all, slots());
  for (const Token& token : all) {
    if (token.has(CKF_TOKEN_INITIALIZED) && token.label == label) {
      return fail(Code::kConflict, fmt::format("there is a token {} already", label));
    }
  }
  const auto free = std::ranges::find_if(
      all, [](const Token& token) { return !token.has(CKF_TOKEN_INITIALIZED); });
  if (free == all.end()) return fail(Code::kExhausted, "the HSM holds as many tokens as it may");

  wire::InitToken init{
      .slot = free->slot, .so_pin = so_pin.reveal(Purpose::kTransport), .label = as_bytes(label)};
  if (const auto reply = connection_.call(init, kSlowTerms); !reply) return refused(reply);
  const auto session = session_of(free->slot);
  if (const auto in = connection_.login(session, CKU_SO, so_pin.reveal(Purpose::kTransport)); !in) {
    return refused(in);
  }
  wire::InitPin init_pin{.session = session, .pin = pin.reveal(Purpose::kTransport)};
  if (const auto reply = connection_.call(init_pin, kSlowTerms); !reply) return refused(reply);
  if (const auto out = connection_.logout(free->slot); !out) return refused(out);
  return token(label);
}

Status Hsm::login(const Token& token, const Secret& pin) {
  const auto in =
      connection_.login(session_of(token.slot), CKU_USER, pin.reveal(Purpose::kTransport));
  if (!in) return refused(in);
  return {};
}

Result<std::vector<std::uint64_t>> Hsm::find(std::uint64_t slot, const Attributes& wanted) {
  std::vector<std::uint64_t> out;
  wire::Find request{.session = session_of(slot),
                     .count_max = wire::kFindHandlesMax,
                     .attributes = wanted.as_template()};
  while (true) {
    const auto reply = connection_.call(request);
    if (!reply) return refused(reply);
    const auto& handles = reply->answer.handles;
    out.insert(out.end(), handles.begin(), handles.end());
    if (!reply->answer.more || handles.empty()) return out;
    request.after = handles.back();
  }
}

Result<Attributes> Hsm::read(std::uint64_t slot, std::uint64_t object) {
  wire::ReadObject request{.session = session_of(slot), .object = object};
  const auto reply = connection_.call(request);
  if (!reply) return refused(reply);
  Attributes out;
  for (const auto& attribute : reply->answer.attributes) out.set(attribute.type, attribute.value);
  return out;
}

Status Hsm::destroy(std::uint64_t slot, std::uint64_t object) {
  wire::DestroyObject request{.session = session_of(slot), .object = object};
  const auto reply = connection_.call(request, kLongTerms);
  if (!reply) return refused(reply);
  return {};
}

Result<std::uint64_t> Hsm::generate_key(std::uint64_t slot, CK_MECHANISM_TYPE mechanism,
                                        const Attributes& attributes) {
  wire::GenerateKey request{.session = session_of(slot),
                            .mechanism = {.type = mechanism},
                            .attributes = attributes.as_template()};
  const auto reply = connection_.call(request, kLongTerms);
  if (!reply) return refused(reply);
  return reply->answer.handle;
}

Result<KeyPair> Hsm::generate_key_pair(std::uint64_t slot, CK_MECHANISM_TYPE mechanism,
                                       const Attributes& public_attributes,
                                       const Attributes& private_attributes) {
  wire::GenerateKeyPair request{.session = session_of(slot),
                                .mechanism = {.type = mechanism},
                                .public_attributes = public_attributes.as_template(),
                                .private_attributes = private_attributes.as_template()};
  const auto reply = connection_.call(request, kSlowTerms);
  if (!reply) return refused(reply);
  return KeyPair{reply->answer.public_handle, reply->answer.private_handle};
}

Result<Bytes> Hsm::gcm_encrypt(std::uint64_t slot, std::uint64_t key, ByteView nonce, ByteView aad,
                               ByteView plaintext) {
  wire::Operate request{.kind = wire::Kind::kEncrypt,
                        .session = session_of(slot),
                        .key = key,
                        .mechanism = gcm(nonce, aad)};
  const auto reply = connection_.call(request, {}, plaintext);
  if (!reply) return refused(reply);
  return to_bytes(reply->data());
}

Result<Secret> Hsm::gcm_decrypt(std::uint64_t slot, std::uint64_t key, ByteView nonce, ByteView aad,
                                ByteView sealed) {
  wire::Operate request{.kind = wire::Kind::kDecrypt,
                        .session = session_of(slot),
                        .key = key,
                        .mechanism = gcm(nonce, aad)};
  const auto reply = connection_.call(request, {}, sealed);
  if (!reply) return refused(reply);
  return Secret::copy_of(reply->data());
}

}  // namespace azekura::cli
