// What is on the disk: the master key's file, and the rows that survive, or are refused, at the
// next start.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "hsm/token/rows.h"
#include "hsm/token/service_testing.h"
#include "hsm/token/tokens.h"
#include "hsm/token/vault.h"

namespace azekura::hsm::token {
namespace {

Unlock a_key_file(std::size_t size = 32, std::uint8_t octet = 7) {
  return {Unlock::Kind::kKeyFile, Secret::copy_of(Bytes(size, octet))};
}

Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const Bytes& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
}

// ---- The master key's file ----------------------------------------------------------------------

TEST(Vault, WithoutAFileIsNotFound) {
  TemporaryFolder folder;
  EXPECT_EQ(Vault::open(folder.path(), a_key_file()).error().code, Code::kNotFound);
  EXPECT_EQ(Vault::kind(folder.path()).error().code, Code::kNotFound);
}

TEST(Vault, IsMadeOnlyOnce) {
  TemporaryFolder folder;
  ASSERT_TRUE(Vault::create(folder.path(), a_key_file()));
  const Bytes before = read(folder.path() + "/master.key");
  EXPECT_EQ(Vault::create(folder.path(), a_key_file(32, 8)).error().code, Code::kConflict);
  EXPECT_EQ(read(folder.path() + "/master.key"), before);
}

TEST(Vault, RefusesSecretsOfTheWrongSize) {
  TemporaryFolder folder;
  EXPECT_EQ(Vault::create(folder.path(), a_key_file(kKeyFileBytesMin - 1)).error().code,
            Code::kInvalid);
  EXPECT_EQ(Vault::create(folder.path(), a_key_file(kKeyFileBytesMax + 1)).error().code,
            Code::kInvalid);
  EXPECT_EQ(Vault::create(folder.path(), a_passphrase("seven..")).error().code, Code::kInvalid);
  EXPECT_TRUE(Vault::create(folder.path(), a_key_file(kKeyFileBytesMin)));
}

TEST(Vault, LeavesNothingBesideItsFileWhichOnlyItsOwnerReads) {
  TemporaryFolder folder;
  ASSERT_TRUE(Vault::create(folder.path(), a_key_file()));
  EXPECT_FALSE(Vault::create(folder.path(), a_key_file()));
  ASSERT_TRUE(Vault::change(folder.path(), a_key_file(), a_key_file(64)));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    ++files;
    struct stat facts {};
    ASSERT_EQ(::stat(entry.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u);
  }
  EXPECT_EQ(files, 1u);
}

TEST(Vault, IsDeniedToAWrongKeyFileAndToTheWrongKind) {
  TemporaryFolder folder;
  ASSERT_TRUE(Vault::create(folder.path(), a_key_file()));
  EXPECT_EQ(Vault::open(folder.path(), a_key_file(32, 8)).error().code, Code::kDenied);
  EXPECT_EQ(Vault::open(folder.path(), a_passphrase()).error().code, Code::kDenied);
  EXPECT_EQ(*Vault::kind(folder.path()), Unlock::Kind::kKeyFile);
}

TEST(Vault, UnderAPassphraseIsDeniedToAnother) {
  TemporaryFolder folder;
  ASSERT_TRUE(Vault::create(folder.path(), a_passphrase()));
  EXPECT_EQ(Vault::open(folder.path(), a_passphrase("another passphrase")).error().code,
            Code::kDenied);
  EXPECT_TRUE(Vault::open(folder.path(), a_passphrase()));
}

TEST(Vault, WithAnyOctetFlippedIsRefused) {
  TemporaryFolder folder;
  ASSERT_TRUE(Vault::create(folder.path(), a_key_file()));
  const std::string path = folder.path() + "/master.key";
  const Bytes good = read(path);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 0x01;
    write(path, bad);
    const auto opened = Vault::open(folder.path(), a_key_file());
    ASSERT_FALSE(opened) << i;
    const bool newer = i > 16 && i < 20;  // the version, made greater
    EXPECT_EQ(opened.error().code, newer ? Code::kUnsupported : Code::kCorrupt) << i;
  }
  for (std::size_t size : {std::size_t{0}, std::size_t{10}, good.size() - 1}) {
    write(path, Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(Vault::open(folder.path(), a_key_file()).error().code, Code::kCorrupt) << size;
  }
  write(path, good);
  EXPECT_TRUE(Vault::open(folder.path(), a_key_file()));
}

TEST(Vault, OfANewerFormatIsUnsupported) {
  TemporaryFolder folder;
  ASSERT_TRUE(Vault::create(folder.path(), a_key_file()));
  Bytes content = read(folder.path() + "/master.key");
  content[16] = 2;
  write(folder.path() + "/master.key", content);
  EXPECT_EQ(Vault::open(folder.path(), a_key_file()).error().code, Code::kUnsupported);
}

TEST(Vault, KeepsItsMasterKeyWhenItsSecretChanges) {
  TemporaryFolder folder;
  ASSERT_TRUE(Vault::create(folder.path(), a_key_file()));
  const auto before = Vault::open(folder.path(), a_key_file())->subkey("purpose");
  EXPECT_EQ(Vault::change(folder.path(), a_key_file(32, 9), a_key_file()).error().code,
            Code::kDenied);
  ASSERT_TRUE(Vault::change(folder.path(), a_key_file(), a_key_file(32, 8)));
  EXPECT_FALSE(Vault::open(folder.path(), a_key_file()));
  const auto vault = Vault::open(folder.path(), a_key_file(32, 8));
  ASSERT_TRUE(vault);
  EXPECT_TRUE(vault->subkey("purpose")->equals(*before));
  EXPECT_FALSE(vault->subkey("another")->equals(*before));
}

// ---- Rows ---------------------------------------------------------------------------------------

TEST(Rows, ThatAreNoneOfOursDoNotDecode) {
  const Secret token = encode_token({});
  const Secret object = encode_object({});
  const ByteView token_octets = token.reveal(Purpose::kPersist);
  const ByteView object_octets = object.reveal(Purpose::kPersist);
  for (std::size_t size = 0; size < token_octets.size(); ++size) {
    EXPECT_FALSE(decode_token(token_octets.first(size))) << size;
  }
  for (std::size_t size = 0; size < object_octets.size(); ++size) {
    EXPECT_FALSE(decode_object(object_octets.first(size))) << size;
  }
  EXPECT_TRUE(decode_token(token_octets));
  EXPECT_TRUE(decode_object(object_octets));
}

TEST(Rows, OfAnObjectComeBackAsTheyWere) {
  Draft draft;
  draft.attributes.set_text(CKA_LABEL, "label");
  draft.attributes.set_flag(CKA_TOKEN, true);
  draft.secrets.set(CKA_VALUE, Secret::copy_of(as_bytes("value")));
  draft.ever_wrapping = true;
  const auto back = decode_object(encode_object(draft).reveal(Purpose::kPersist));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->attributes.all(), draft.attributes.all());
  EXPECT_TRUE(back->secrets.find(CKA_VALUE)->equals(*draft.secrets.find(CKA_VALUE)));
  EXPECT_TRUE(back->ever_wrapping);
  EXPECT_FALSE(back->ever_decrypting);
}

TEST(Rows, AreOrderedByHandle) {
  EXPECT_LT(object_row(1, 0xff), object_row(1, 0x100));
  EXPECT_LT(object_row(1, UINT64_MAX), object_row(2, 0));
  EXPECT_EQ(parse_object_row(object_row(3, 17))->handle, 17u);
  EXPECT_EQ(parse_object_row(object_row(3, 17))->slot, 3u);
  EXPECT_FALSE(parse_object_row(object_rows_of(3)));
  EXPECT_EQ(printable_row(object_row(3, 17)), "object/3/17");
}

// ---- Start after stop ---------------------------------------------------------------------------

class PersistenceTest : public testing::Test {
 protected:
  static std::uint64_t a_token_key(TestApplication& app, std::string_view label) {
    return app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true).text(CKA_LABEL, label));
  }
  static std::vector<std::uint64_t> keys(TestApplication& app) {
    return app.find(TemplateBuilder().number(CKA_CLASS, CKO_SECRET_KEY));
  }
  // Three keys; the daemon is stopped.
  void make_three_keys() {
    TestApplication app(*daemon_.service);
    ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
    for (const char* label : {"one", "two", "three"}) handles_.push_back(a_token_key(app, label));
    daemon_.stop();
  }
  std::unique_ptr<store::Store> open_store() {
    auto opened = store::Store::open({daemon_.store_path(), store::Create::kNever});
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  Bytes row(const Bytes& name) { return **open_store()->get(name); }
  void change_row(const Bytes& name, const std::optional<Bytes>& value) {
    store::Batch batch;
    if (value) {
      batch.put(name, *value);
    } else {
      batch.erase(name);
    }
    ASSERT_TRUE(open_store()->commit(batch));
  }
  Error refusal() {
    const Status started = daemon_.start();
    EXPECT_FALSE(started);
    daemon_.stop();
    return started ? Error{} : started.error();
  }

  TestDaemon daemon_{TestDaemon::WithToken::kYes};
  std::vector<std::uint64_t> handles_;
};

TEST_F(PersistenceTest, ObjectsAndHandlesSurviveARestart) {
  make_three_keys();
  ASSERT_TRUE(daemon_.start());
  TestApplication app(*daemon_.service);
  EXPECT_TRUE(keys(app).empty());
  ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  EXPECT_EQ(keys(app), handles_);
  EXPECT_EQ(daemon_.service->token_objects(), 3u);
}

TEST_F(PersistenceTest, NoGenerationOfTheLastDaemonComesAgain) {
  const std::uint64_t objects = daemon_.generations.slots[0];
  const std::uint64_t list = daemon_.generations.slot_list;
  ASSERT_TRUE(daemon_.start());
  EXPECT_NE(daemon_.generations.slots[0], objects);
  EXPECT_NE(daemon_.generations.slot_list, list);
}

TEST_F(PersistenceTest, AHandleIsNeverGivenTwice) {
  make_three_keys();
  ASSERT_TRUE(daemon_.start());
  TestApplication app(*daemon_.service);
  ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  wire::DestroyObject destroy;
  destroy.session = app.session();
  destroy.object = handles_.back();
  ASSERT_EQ(app.call(destroy).rv, CKR_OK);
  daemon_.stop();
  ASSERT_TRUE(daemon_.start());
  TestApplication again(*daemon_.service);
  ASSERT_EQ(again.login(CKU_USER, "user-pin-1"), CKR_OK);
  EXPECT_GT(a_token_key(again, "four"), handles_.back());
  EXPECT_EQ(keys(again).size(), 3u);
}

TEST_F(PersistenceTest, AnyOctetFlippedInARowIsFoundAndTheRowNamed) {
  make_three_keys();
  const Bytes name = object_row(0, handles_[1]);
  const Bytes good = row(name);
  for (std::size_t i = 0; i < good.size(); i += i < 16 ? 1 : 37) {
    Bytes bad = good;
    bad[i] ^= 0x80;
    change_row(name, bad);
    const Error error = refusal();
    EXPECT_TRUE(error.code == Code::kCorrupt || (i == 0 && error.code == Code::kUnsupported)) << i;
    EXPECT_NE(error.message.find(printable_row(name)), std::string::npos) << error.message;
  }
  change_row(name, good);
  EXPECT_TRUE(daemon_.start());
}

TEST_F(PersistenceTest, ARowOfANewerFormatIsUnsupported) {
  make_three_keys();
  Bytes value = row(object_row(0, handles_[0]));
  value[0] = 2;
  change_row(object_row(0, handles_[0]), value);
  EXPECT_EQ(refusal().code, Code::kUnsupported);
}

TEST_F(PersistenceTest, RowsExchangedAreFound) {
  make_three_keys();
  const Bytes first = row(object_row(0, handles_[0]));
  const Bytes second = row(object_row(0, handles_[1]));
  change_row(object_row(0, handles_[0]), second);
  change_row(object_row(0, handles_[1]), first);
  EXPECT_EQ(refusal().code, Code::kCorrupt);
}

TEST_F(PersistenceTest, ARowDeletedIsFound) {
  make_three_keys();
  change_row(object_row(0, handles_[2]), std::nullopt);
  EXPECT_EQ(refusal().code, Code::kCorrupt);
}

TEST_F(PersistenceTest, ATokensRowDeletedIsFound) {
  make_three_keys();
  change_row(token_row(0), std::nullopt);
  EXPECT_EQ(refusal().code, Code::kCorrupt);
}

TEST_F(PersistenceTest, ARowPutBackFromAnOlderCopyIsFound) {
  make_three_keys();
  const Bytes name = object_row(0, handles_[0]);
  const Bytes old = row(name);
  ASSERT_TRUE(daemon_.start());
  {
    TestApplication app(*daemon_.service);
    ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
    const auto changes = TemplateBuilder().flag(CKA_DECRYPT, false);
    wire::SetAttributes change;
    change.session = app.session();
    change.object = handles_[0];
    change.attributes = changes;
    ASSERT_EQ(app.call(change).rv, CKR_OK);
  }
  daemon_.stop();
  ASSERT_TRUE(daemon_.start());
  daemon_.stop();
  change_row(name, old);
  EXPECT_EQ(refusal().code, Code::kCorrupt);
}

TEST_F(PersistenceTest, ATokensRecordPutBackFromAnOlderCopyIsFound) {
  const Bytes old = [&] {
    daemon_.stop();
    return row(token_row(0));
  }();
  ASSERT_TRUE(daemon_.start());
  make_three_keys();
  change_row(token_row(0), old);
  EXPECT_EQ(refusal().code, Code::kCorrupt);
}

TEST_F(PersistenceTest, AMissingCounterOnlyCostsHandles) {
  make_three_keys();
  change_row(handle_counter_row(), std::nullopt);
  ASSERT_TRUE(daemon_.start());
  TestApplication app(*daemon_.service);
  ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  EXPECT_GT(a_token_key(app, "four"), handles_.back());
}

TEST_F(PersistenceTest, WithAnotherMasterKeyNothingOpens) {
  make_three_keys();
  std::filesystem::remove(daemon_.folder.path() + "/master.key");
  ASSERT_TRUE(Vault::create(daemon_.folder.path(), a_key_file(32, 0x5a)));
  EXPECT_EQ(refusal().code, Code::kCorrupt);
}

TEST_F(PersistenceTest, AWrongPinIsStillCountedAfterARestart) {
  {
    TestApplication app(*daemon_.service);
    for (int i = 0; i < 3; ++i) ASSERT_EQ(app.login(CKU_USER, "wrong"), CKR_PIN_INCORRECT);
  }
  daemon_.stop();
  ASSERT_TRUE(daemon_.start());
  TestApplication app(*daemon_.service);
  const auto slots = app.call(wire::ListSlots());
  EXPECT_TRUE(slots.answer.slots.at(0).token_flags & CKF_USER_PIN_COUNT_LOW);
}

TEST_F(PersistenceTest, APinIsNotLookedAtWhenTheTryCannotBeCounted) {
  // No file takes an octet more, as on a full disk.
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit full{0, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  TestApplication app(*daemon_.service);
  const CK_RV wrong = app.login(CKU_USER, "user-pin-0");
  const CK_RV right = app.login(CKU_USER, "user-pin-1");
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);
  EXPECT_NE(wrong, CKR_OK);
  EXPECT_NE(wrong, CKR_PIN_INCORRECT);
  EXPECT_EQ(right, wrong);
}

TEST_F(PersistenceTest, InitialisingAgainLeavesNoRowAndTakesNoneBack) {
  make_three_keys();
  std::vector<std::pair<Bytes, Bytes>> old;
  ASSERT_TRUE(open_store()->scan(object_rows_of(0), [&](ByteView name, ByteView value) {
    old.emplace_back(to_bytes(name), to_bytes(value));
    return true;
  }));
  ASSERT_TRUE(daemon_.start());
  {
    TestApplication app(*daemon_.service);
    wire::InitToken init;
    init.so_pin = as_bytes("so-pin-1");
    init.label = as_bytes("again");
    ASSERT_EQ(app.call(init).rv, CKR_OK);
  }
  EXPECT_EQ(daemon_.service->token_objects(), 0u);
  daemon_.stop();
  ASSERT_TRUE(open_store()->scan(object_rows_of(0), [&](ByteView, ByteView) {
    ADD_FAILURE() << "an old row is left";
    return false;
  }));
  // Old rows that come back are not ours any more.
  for (const auto& [name, value] : old) change_row(name, value);
  EXPECT_EQ(refusal().code, Code::kCorrupt);
}

TEST_F(PersistenceTest, ADestroyedTokenLeavesAFreeSlotAndHandlesGoOn) {
  make_three_keys();
  {
    const auto vault = Vault::open(daemon_.folder.path(), a_key_file(32, 0x5a));
    const auto store = open_store();
    EXPECT_EQ(destroy_token(*vault, *store, 7).error().code, Code::kNotFound);
    ASSERT_TRUE(destroy_token(*vault, *store, 0));
    EXPECT_EQ(destroy_token(*vault, *store, 0).error().code, Code::kNotFound);
  }
  ASSERT_TRUE(daemon_.start());
  EXPECT_EQ(daemon_.service->tokens(), 0u);
  daemon_.initialize_token();
  TestApplication app(*daemon_.service);
  ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  EXPECT_GT(a_token_key(app, "new"), handles_.back());
}

TEST_F(PersistenceTest, ADestructionCutShortLeavesATokenWithoutObjects) {
  make_three_keys();
  {
    const auto vault = Vault::open(daemon_.folder.path(), a_key_file(32, 0x5a));
    const auto key = vault->subkey("rows");
    const auto cipher = RowCipher::create(*key);
    const auto opened = cipher->open(token_row(0), row(token_row(0)));
    auto record = decode_token(opened->reveal(Purpose::kPersist));
    record->objects = 0;
    record->sum = {};
    record->erase_below = kSessionObjectBit;
    change_row(token_row(0),
               *cipher->seal(token_row(0), encode_token(*record).reveal(Purpose::kPersist)));
  }
  ASSERT_TRUE(daemon_.start());
  TestApplication app(*daemon_.service);
  ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  EXPECT_TRUE(keys(app).empty());
  const std::uint64_t key = a_token_key(app, "new");
  EXPECT_GT(key, handles_.back());
  EXPECT_LT(key, kSessionObjectBit);
}

}  // namespace
}  // namespace azekura::hsm::token
