#include "hsm/token/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "crypto/kdf.h"
#include "crypto/mac.h"
#include "crypto/random.h"

namespace azekura::hsm::token {
namespace {

constexpr Handle kHandlesReserved = 4096;
// Well within store::kBatchOperationsMax and kBatchSizeMax.
constexpr std::size_t kRowsTogetherMax = 512;
constexpr std::size_t kOctetsTogetherMax = 2 << 20;
constexpr std::size_t kTokenKeySize = 32;

std::string new_serial() {
  std::array<std::uint8_t, 8> octets{};
  if (!crypto::random_bytes(octets)) return {};
  return to_hex(octets);
}

CK_FLAGS pin_flags(const PinRecord& pin, CK_FLAGS count_low, CK_FLAGS final_try, CK_FLAGS locked) {
  if (pin.failures >= kPinTriesMax) return locked;
  CK_FLAGS flags = pin.failures > 0 ? count_low : 0;
  if (pin.failures == kPinTriesMax - 1) flags |= final_try;
  return flags;
}

Outcome<void> check_length(ByteView pin) {
  if (pin.size() < wire::kPinBytesMin || pin.size() > wire::kPinBytesMax) {
    return refuse(CKR_PIN_LEN_RANGE,
                  fmt::format("a PIN has {} to {} octets", wire::kPinBytesMin, wire::kPinBytesMax));
  }
  return {};
}

const char* name_of(Role role) {
  return role == Role::kUser ? "the user's PIN" : "the security officer's PIN";
}

}  // namespace

tl::unexpected<Failure> refuse_for(const Error& error) {
  switch (error.code) {
    case Code::kExhausted:
      return refuse(CKR_DEVICE_MEMORY, error.message);
    case Code::kConflict:
      return refuse(CKR_FUNCTION_FAILED, error.message);
    default:
      return refuse(CKR_DEVICE_ERROR, error.message);
  }
}

Status erase_object_rows(store::Store& store, std::uint64_t slot, Handle below) {
  for (;;) {
    store::Batch batch;
    std::size_t rows = 0;
    const auto visit = [&](ByteView row, ByteView) {
      const auto name = parse_object_row(row);
      if (!name || name->handle >= below) return false;
      batch.erase(row);
      return ++rows < kRowsTogetherMax;
    };
    RETURN_IF_ERROR(store.scan(object_rows_of(slot), visit));
    if (rows == 0) return {};
    RETURN_IF_ERROR(store.commit(batch));
  }
}

// ---- HandleCounter ------------------------------------------------------------------------------

Status HandleCounter::load(Handle seen) {
  const Bytes row = handle_counter_row();
  Handle counted = 0;
  ASSIGN_OR_RETURN(const auto value, store_.get(row));
  if (value) {
    ASSIGN_OR_RETURN(const Secret plaintext, cipher_.open(row, *value));
    ByteReader reader(plaintext.reveal(Purpose::kPersist));
    if (!reader.number(counted)) return fail(Code::kCorrupt, "the row counter/handle is damaged");
  }
  std::lock_guard lock(mutex_);
  next_ = reserved_ = std::max({counted, seen + 1, Handle{1}});
  return {};
}

Result<Handle> HandleCounter::next() {
  std::lock_guard lock(mutex_);
  if (next_ == reserved_) {
    const Handle reserved = reserved_ + kHandlesReserved;
    const Bytes row = handle_counter_row();
    ByteBuilder plaintext;
    plaintext.number(reserved);
    ASSIGN_OR_RETURN(const Bytes value, cipher_.seal(row, plaintext.bytes()));
    RETURN_IF_ERROR(store_.commit(store::Batch().put(row, value)));
    reserved_ = reserved;
  }
  return next_++;
}

Handle HandleCounter::bound() const {
  std::lock_guard lock(mutex_);
  return next_;
}

// ---- Loading ------------------------------------------------------------------------------------

Token::Token(std::uint64_t slot, Surroundings& surroundings) : slot_(slot), around_(surroundings) {}

Result<Token::KeysPtr> Token::make_keys(const Secret& key, std::uint64_t life) {
  const ByteView input = key.reveal(Purpose::kDerive);
  ASSIGN_OR_RETURN(const Secret rows,
                   crypto::hkdf_sha256(input, {}, as_bytes("azekura object rows"), kTokenKeySize));
  ASSIGN_OR_RETURN(Secret sum_key,
                   crypto::hkdf_sha256(input, {}, as_bytes("azekura object sum"), kTokenKeySize));
  ASSIGN_OR_RETURN(RowCipher cipher, RowCipher::create(rows));
  return std::make_shared<const Keys>(Keys{std::move(cipher), std::move(sum_key), life});
}

Status Token::load(TokenRecord record) {
  ASSIGN_OR_RETURN(const KeysPtr keys, make_keys(record.key, 1));
  RowTag sum{};
  std::uint64_t count = 0;
  Status wrong;
  const auto visit = [&](ByteView row, ByteView value) {
    const auto name = parse_object_row(row);
    if (!name) {
      wrong = fail(Code::kCorrupt,
                   fmt::format("the store has a row {} that is none of ours", printable_row(row)));
      return false;
    }
    if (name->handle < record.erase_below) return true;
    auto tag = tag_of_row(keys->sum_key, row, value);
    auto plaintext = keys->cipher.open(row, value);
    if (!tag || !plaintext) {
      wrong = tl::make_unexpected(tag ? plaintext.error() : tag.error());
      return false;
    }
    auto draft = decode_object(plaintext->reveal(Purpose::kPersist));
    if (!draft) {
      wrong = fail(Code::kCorrupt, fmt::format("the row {} makes no sense", printable_row(row)));
      return false;
    }
    sum = sum ^ *tag;
    ++count;
    objects_.insert(
        std::make_shared<const Object>(name->handle, slot_, nullptr, 0, std::move(*draft)));
    return true;
  };
  RETURN_IF_ERROR(around_.store.scan(object_rows_of(slot_), visit));
  RETURN_IF_ERROR(wrong);
  if (count != record.objects || sum != record.sum) {
    return fail(Code::kCorrupt,
                fmt::format("the objects of the token in slot {} are not those that were "
                            "written last: {} rows of {} are there, and some were removed, added, "
                            "or put back from an older copy",
                            slot_, count, record.objects),
                "put the whole data folder back from one backup; nothing was changed");
  }
  const bool unfinished = record.erase_below != 0;
  {
    std::lock_guard lock(record_mutex_);
    record_ = std::move(record);
    keys_ = keys;
  }
  initialized_.store(true, std::memory_order_release);
  return unfinished ? erase_old_rows() : Status();
}

Handle Token::greatest_handle() const {
  // Ascending, so the last one; asked once at start.
  wire::Template everything;
  const Found found = objects_.search({everything, slot_, 0, SIZE_MAX, true});
  return found.handles.empty() ? 0 : found.handles.back();
}

Token::Facts Token::facts() const {
  Facts facts;
  facts.flags = CKF_RNG | CKF_LOGIN_REQUIRED;
  std::lock_guard lock(record_mutex_);
  if (!record_) return facts;
  facts.label = record_->label;
  facts.serial = record_->serial;
  facts.flags |= CKF_TOKEN_INITIALIZED;
  if (record_->user.set) facts.flags |= CKF_USER_PIN_INITIALIZED;
  facts.flags |=
      pin_flags(record_->user, CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED);
  facts.flags |= pin_flags(record_->security_officer, CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY,
                           CKF_SO_PIN_LOCKED);
  return facts;
}

std::uint64_t Token::login_epoch() const {
  std::lock_guard lock(record_mutex_);
  return record_ ? record_->login_epoch : 0;
}

Token::KeysPtr Token::keys() const {
  std::lock_guard lock(record_mutex_);
  return keys_;
}

PinRecord Token::pin_record(Role role) const {
  std::lock_guard lock(record_mutex_);
  return record_ ? record_->pin(role) : PinRecord();
}

void Token::facts_changed() {
  around_.generations.slot_list.fetch_add(1, std::memory_order_release);
}

// ---- Committing ---------------------------------------------------------------------------------

Status Token::commit(Pending& mine) {
  std::unique_lock lock(queue_mutex_);
  queue_.push_back(&mine);
  while (!mine.done) {
    if (leading_) {
      queue_changed_.wait(lock);
      continue;
    }
    std::vector<Pending*> parts = next_parts(mine);
    leading_ = true;
    lock.unlock();
    try {
      commit_together(parts);
    } catch (const std::exception& error) {
      for (Pending* part : parts) part->result = fail(Code::kInternal, error.what());
    }
    lock.lock();
    for (Pending* part : parts) part->done = true;
    leading_ = false;
    queue_changed_.notify_all();
  }
  return std::move(mine.result);
}

// The writers at the front of the queue whose changes fit into one transaction. `mine` leaves the
// queue when this throws.
std::vector<Token::Pending*> Token::next_parts(Pending& mine) {
  std::vector<Pending*> parts;
  try {
    parts.reserve(queue_.size());
  } catch (...) {
    std::erase(queue_, &mine);
    throw;
  }
  std::size_t rows = 0;
  std::size_t octets = 0;
  while (!queue_.empty()) {
    Pending* next = queue_.front();
    std::size_t next_octets = 0;
    for (const RowChange& row : next->rows) next_octets += row.value ? row.value->size() : 0;
    const bool fits = parts.empty() || (!next->alone && !parts.back()->alone &&
                                        rows + next->rows.size() <= kRowsTogetherMax &&
                                        octets + next_octets <= kOctetsTogetherMax);
    if (!fits) break;
    parts.push_back(next);
    queue_.pop_front();
    rows += next->rows.size();
    octets += next_octets;
  }
  return parts;
}

void Token::commit_together(const std::vector<Pending*>& parts) {
  TokenRecord next;
  std::uint64_t life = 0;
  {
    std::lock_guard lock(record_mutex_);
    if (record_) next = record_->clone();
    if (keys_) life = keys_->life;
  }
  store::Batch batch;
  std::vector<Pending*> taken;
  for (Pending* part : parts) {
    if (part->life != life) {
      part->result = fail(Code::kConflict, "the token was initialised in the meantime");
      continue;
    }
    taken.push_back(part);
    for (const RowChange& row : part->rows) {
      next.sum = next.sum ^ row.tag;
      next.objects += static_cast<std::uint64_t>(row.objects);
      if (row.value) {
        batch.put(row.row, *row.value);
      } else {
        batch.erase(row.row);
      }
    }
    if (part->edit) part->edit(next);
  }
  if (taken.empty()) return;

  const Bytes row = token_row(slot_);
  Status result;
  auto value = around_.cipher.seal(row, encode_token(next).reveal(Purpose::kPersist));
  if (value) {
    result = around_.store.commit(batch.put(row, *value));
  } else {
    result = tl::make_unexpected(value.error());
  }
  if (result) {
    std::lock_guard lock(record_mutex_);
    record_ = std::move(next);
  }
  for (Pending* part : taken) {
    part->result = result;
    if (result && part->then) part->then();
  }
}

Status Token::edit_record(std::function<void(TokenRecord&)> edit, std::function<void()> then) {
  const KeysPtr now = keys();
  Pending pending;
  pending.life = now ? now->life : 0;
  pending.edit = std::move(edit);
  pending.then = std::move(then);
  return commit(pending);
}

// ---- PINs ---------------------------------------------------------------------------------------

Outcome<PinRecord> Token::make_pin(ByteView pin) const {
  PinRecord record;
  record.set = true;
  if (auto drawn = crypto::random_bytes(record.salt); !drawn) return refuse_for(drawn.error());
  around_.pin_checks.acquire();
  const auto hash = crypto::argon2id(pin, record.salt, record.cost, record.hash.size());
  around_.pin_checks.release();
  if (!hash) return refuse_for(hash.error());
  const ByteView octets = hash->reveal(Purpose::kDerive);
  std::copy(octets.begin(), octets.end(), record.hash.begin());
  return record;
}

Result<RowTag> Token::memory_of(Role role, ByteView pin) const {
  const std::array<std::uint8_t, 2> name = {static_cast<std::uint8_t>(role),
                                            static_cast<std::uint8_t>(slot_)};
  return tag_of_row(around_.pin_memory_key, name, pin);
}

Outcome<void> Token::verify(Role role, ByteView pin) {
  const PinRecord record = pin_record(role);
  if (!record.set) {
    return refuse(CKR_USER_PIN_NOT_INITIALIZED, "the token's user has no PIN yet");
  }
  if (record.failures >= kPinTriesMax) {
    return refuse(CKR_PIN_LOCKED, fmt::format("{} is locked", name_of(role)));
  }
  auto& remembered = remembered_[static_cast<std::size_t>(role)];
  const auto memory = memory_of(role, pin);
  if (!memory) return refuse_for(memory.error());
  bool right = remembered && crypto::equal_constant_time(*remembered, *memory);
  const auto count = [&](std::uint32_t failures) -> Outcome<void> {
    const auto counted =
        edit_record([&](TokenRecord& next) { next.pin(role).failures = failures; });
    if (!counted) return refuse_for(counted.error());
    facts_changed();
    return {};
  };
  const bool guess = !right;
  if (guess) {
    // Counted before it is known whether it is right: who fills the disk, or kills the daemon when
    // the answer is late, would guess for nothing otherwise.
    RETURN_IF_ERROR(count(record.failures + 1));
    around_.pin_checks.acquire();
    const auto hash = crypto::argon2id(pin, record.salt, record.cost, record.hash.size());
    around_.pin_checks.release();
    if (!hash) {
      RETURN_IF_ERROR(count(record.failures));
      return refuse_for(hash.error());
    }
    right = crypto::equal_constant_time(hash->reveal(Purpose::kDerive), record.hash);
  }
  if (right && (guess || record.failures > 0)) RETURN_IF_ERROR(count(0));
  if (right) {
    remembered = *memory;
    return {};
  }
  return refuse(CKR_PIN_INCORRECT, fmt::format("{} is wrong, {} tries are left", name_of(role),
                                               kPinTriesMax - record.failures - 1));
}

Outcome<void> Token::new_pin(Role role, ByteView pin) {
  const auto made = make_pin(pin);
  if (!made) return tl::make_unexpected(made.error());
  const auto kept = edit_record([&](TokenRecord& next) {
    next.pin(role) = *made;
    ++next.login_epoch;
  });
  if (!kept) return refuse_for(kept.error());
  remember(role, pin);
  facts_changed();
  return {};
}

void Token::remember(Role role, ByteView pin) {
  auto& remembered = remembered_[static_cast<std::size_t>(role)];
  remembered.reset();
  if (const auto memory = memory_of(role, pin)) remembered = *memory;
}

Outcome<void> Token::check_pin(Role role, ByteView pin, const Then& then) {
  std::lock_guard lock(pins_mutex_);
  RETURN_IF_ERROR(verify(role, pin));
  then();
  return {};
}

bool Token::while_epoch(std::uint64_t epoch, const Then& then) {
  std::lock_guard lock(pins_mutex_);
  if (login_epoch() != epoch) return false;
  then();
  return true;
}

Outcome<void> Token::set_user_pin(ByteView pin) {
  RETURN_IF_ERROR(check_length(pin));
  std::lock_guard lock(pins_mutex_);
  return new_pin(Role::kUser, pin);
}

Outcome<void> Token::change_pin(Role role, ByteView old_pin, ByteView replacement) {
  RETURN_IF_ERROR(check_length(replacement));
  std::lock_guard lock(pins_mutex_);
  RETURN_IF_ERROR(verify(role, old_pin));
  return new_pin(role, replacement);
}

Outcome<void> Token::initialize(ByteView so_pin, ByteView label, const Then& then) {
  if (label.size() > kLabelBytesMax) return refuse(CKR_ARGUMENTS_BAD, "the label is too long");
  std::lock_guard lock(pins_mutex_);
  std::uint64_t life = 0;
  TokenRecord fresh;
  if (initialized()) {
    RETURN_IF_ERROR(verify(Role::kSecurityOfficer, so_pin));
    std::lock_guard record_lock(record_mutex_);
    life = keys_->life;
    fresh.serial = record_->serial;
    fresh.login_epoch = record_->login_epoch + 1;
    fresh.security_officer = record_->security_officer;
  } else {
    RETURN_IF_ERROR(check_length(so_pin));
    auto made = make_pin(so_pin);
    if (!made) return tl::make_unexpected(made.error());
    fresh.security_officer = *made;
    fresh.serial = new_serial();
    if (fresh.serial.empty()) return refuse(CKR_FUNCTION_FAILED, "no random octets");
  }
  fresh.label = as_text(label);
  auto key = crypto::random_secret(kTokenKeySize);
  if (!key) return refuse_for(key.error());
  fresh.key = std::move(*key);
  const auto fresh_keys = make_keys(fresh.key, life + 1);
  if (!fresh_keys) return refuse_for(fresh_keys.error());

  Pending pending;
  pending.life = life;
  pending.alone = true;
  pending.edit = [&](TokenRecord& next) {
    const bool had_objects = next.objects > 0 || next.erase_below != 0;
    next = fresh.clone();
    next.erase_below = had_objects ? around_.handles.bound() : 0;
  };
  pending.then = [&] {
    {
      std::lock_guard record_lock(record_mutex_);
      keys_ = *fresh_keys;
    }
    objects_.erase_if([](const Object&) { return true; });
    remembered_ = {};
    initialized_.store(true, std::memory_order_release);
    around_.generations.slots[slot_].fetch_add(1, std::memory_order_release);
    facts_changed();
    then();
  };
  if (const auto committed = commit(pending); !committed) return refuse_for(committed.error());
  remember(Role::kSecurityOfficer, so_pin);
  // The old rows are unreadable from now on; what is not erased here is erased at the next start.
  if (life != 0) (void)erase_old_rows();
  return {};
}

Status Token::erase_old_rows() {
  Handle bound = 0;
  {
    std::lock_guard lock(record_mutex_);
    bound = record_->erase_below;
  }
  if (bound == 0) return {};
  RETURN_IF_ERROR(erase_object_rows(around_.store, slot_, bound));
  return edit_record([bound](TokenRecord& next) {
    if (next.erase_below == bound) next.erase_below = 0;
  });
}

// ---- Objects ------------------------------------------------------------------------------------

// Makes changes of one object follow one another.
class Token::Busy {
 public:
  Busy(Token& token, Handle handle) : token_(token), handle_(handle) {
    std::unique_lock lock(token_.busy_mutex_);
    token_.busy_changed_.wait(lock, [&] { return !token_.busy_.contains(handle_); });
    token_.busy_.insert(handle_);
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() {
    std::lock_guard lock(token_.busy_mutex_);
    token_.busy_.erase(handle_);
    token_.busy_changed_.notify_all();
  }

 private:
  Token& token_;
  Handle handle_;
};

Outcome<std::vector<ObjectPtr>> Token::add(std::vector<Draft> drafts) {
  const KeysPtr now = keys();
  if (!now) return refuse(CKR_TOKEN_NOT_RECOGNIZED, "the slot has no token yet");
  if (objects_.size() + drafts.size() > kTokenObjectsMax) {
    return refuse(CKR_DEVICE_MEMORY, "the token has as many objects as a token may have");
  }
  std::vector<ObjectPtr> objects;
  Pending pending;
  pending.life = now->life;
  for (Draft& draft : drafts) {
    const auto handle = around_.handles.next();
    if (!handle) return refuse_for(handle.error());
    const Bytes row = object_row(slot_, *handle);
    auto value = now->cipher.seal(row, encode_object(draft).reveal(Purpose::kPersist));
    if (!value) return refuse_for(value.error());
    auto tag = tag_of_row(now->sum_key, row, *value);
    if (!tag) return refuse_for(tag.error());
    pending.rows.push_back({row, std::move(*value), *tag, 1});
    objects.push_back(std::make_shared<const Object>(*handle, slot_, nullptr, 0, std::move(draft)));
  }
  pending.then = [&] {
    for (const ObjectPtr& object : objects) objects_.insert(object);
  };
  if (const auto committed = commit(pending); !committed) return refuse_for(committed.error());
  return objects;
}

Outcome<void> Token::change(Handle handle, const Edit& edit) {
  const Busy busy(*this, handle);
  const KeysPtr now = keys();
  const ObjectPtr object = objects_.find(handle);
  if (!now || !object) return refuse(CKR_OBJECT_HANDLE_INVALID, "there is no such object");
  auto draft = edit(*object);
  if (!draft) return tl::make_unexpected(draft.error());

  const Bytes row = object_row(slot_, handle);
  const auto before = around_.store.get(row);
  if (!before) return refuse_for(before.error());
  if (!*before) return refuse(CKR_OBJECT_HANDLE_INVALID, "there is no such object");
  auto value = now->cipher.seal(row, encode_object(*draft).reveal(Purpose::kPersist));
  if (!value) return refuse_for(value.error());
  const auto old_tag = tag_of_row(now->sum_key, row, **before);
  const auto new_tag = tag_of_row(now->sum_key, row, *value);
  if (!old_tag || !new_tag) return refuse(CKR_FUNCTION_FAILED, "the row's sum failed");

  auto changed = std::make_shared<const Object>(handle, slot_, nullptr, 0, std::move(*draft));
  Pending pending;
  pending.life = now->life;
  pending.rows.push_back({row, std::move(*value), *old_tag ^ *new_tag, 0});
  pending.then = [&] {
    objects_.replace(changed);
    around_.generations.slots[slot_].fetch_add(1, std::memory_order_release);
  };
  if (const auto committed = commit(pending); !committed) return refuse_for(committed.error());
  return {};
}

Outcome<void> Token::destroy(Handle handle) {
  const Busy busy(*this, handle);
  const KeysPtr now = keys();
  const ObjectPtr object = objects_.find(handle);
  if (!now || !object) return refuse(CKR_OBJECT_HANDLE_INVALID, "there is no such object");
  const Bytes row = object_row(slot_, handle);
  const auto before = around_.store.get(row);
  if (!before) return refuse_for(before.error());
  if (!*before) return refuse(CKR_OBJECT_HANDLE_INVALID, "there is no such object");
  const auto tag = tag_of_row(now->sum_key, row, **before);
  if (!tag) return refuse_for(tag.error());

  Pending pending;
  pending.life = now->life;
  pending.rows.push_back({row, std::nullopt, *tag, -1});
  pending.then = [&] {
    objects_.erase(handle);
    around_.generations.slots[slot_].fetch_add(1, std::memory_order_release);
  };
  if (const auto committed = commit(pending); !committed) return refuse_for(committed.error());
  return {};
}

}  // namespace azekura::hsm::token
