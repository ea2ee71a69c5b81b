#include "hsm/token/service.h"

#include <gtest/gtest.h>

#include <thread>

#include "hsm/token/application.h"
#include "hsm/token/service_testing.h"
#include "hsm/token/token.h"

namespace azekura::hsm::token {
namespace {

class ServiceTest : public testing::Test {
 protected:
  TestApplication an_application(wire::Peer peer = {1000, 1000, 77, 12345}) {
    return TestApplication(*daemon_.service, peer);
  }
  TestApplication a_user() {
    TestApplication app = an_application();
    EXPECT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
    return app;
  }
  CK_FLAGS flags() {
    return an_application().call(wire::ListSlots()).answer.slots.at(0).token_flags;
  }

  TestDaemon daemon_{TestDaemon::WithToken::kYes};
};

wire::Operate gcm(wire::Kind kind, std::uint64_t key, const Bytes& iv, std::uint64_t session = 1) {
  wire::Operate request;
  request.kind = kind;
  request.session = {0, session, true};
  request.key = key;
  request.mechanism.type = CKM_AES_GCM;
  request.mechanism.number_a = 128;
  request.mechanism.first = iv;
  return request;
}

template <class Request>
Request on_object(std::uint64_t object, std::uint64_t slot = 0) {
  Request request;
  request.session = {slot, 1, true};
  request.object = object;
  return request;
}

const Bytes kIv(12, 7);

// ---- Malformed and unknown requests -------------------------------------------------------------

TEST_F(ServiceTest, WhatIsNoRequestIsRefused) {
  TestApplication app = an_application();
  EXPECT_EQ(app.call_raw({}), CKR_ARGUMENTS_BAD);
  EXPECT_EQ(app.call_raw(Bytes{60}), CKR_ARGUMENTS_BAD);
  EXPECT_EQ(app.call_raw(Bytes{0xff, 0xff}), CKR_FUNCTION_NOT_SUPPORTED);
}

TEST_F(ServiceTest, EveryRequestCutAnywhereIsRefused) {
  TestApplication app = a_user();
  const std::uint64_t key = app.generate_aes({});
  const Bytes frames[] = {frame_of(gcm(wire::Kind::kEncrypt, key, kIv)),
                          frame_of(on_object<wire::ReadObject>(key)),
                          frame_of(on_object<wire::SetAttributes>(key)),
                          frame_of(wire::Find()),
                          frame_of(wire::GenerateKeyPair()),
                          frame_of(wire::UnwrapKey()),
                          frame_of(wire::StreamFinish())};
  for (const Bytes& frame : frames) {
    for (std::size_t size = 2; size < frame.size(); ++size) {
      EXPECT_EQ(app.call_raw(ByteView(frame).first(size)), CKR_ARGUMENTS_BAD);
      daemon_.service->lane(ByteView(frame).first(size));
    }
  }
}

TEST_F(ServiceTest, AKindThatIsNoneIsRefused) {
  TestApplication app = a_user();
  const std::uint64_t key = app.generate_aes({});
  for (int kind : {0, 5, 255}) {
    auto request = gcm(static_cast<wire::Kind>(kind), key, kIv);
    EXPECT_EQ(app.call(request).rv, CKR_ARGUMENTS_BAD);
    wire::StreamBegin begin;
    begin.kind = static_cast<wire::Kind>(kind);
    EXPECT_EQ(app.call(begin).rv, CKR_ARGUMENTS_BAD);
    wire::StreamAbort abort;
    abort.kind = static_cast<wire::Kind>(kind);
    EXPECT_EQ(app.call(abort).rv, CKR_ARGUMENTS_BAD);
  }
}

TEST_F(ServiceTest, ASlotThatIsNoneIsRefused) {
  TestApplication app = an_application();
  for (std::uint64_t slot : {std::uint64_t{2}, wire::kSlotsMax, UINT64_MAX}) {
    wire::Find find;
    find.session.slot = slot;
    EXPECT_EQ(app.call(find).rv, CKR_SLOT_ID_INVALID);
    wire::InitToken init;
    init.slot = slot;
    EXPECT_EQ(app.call(init).rv, CKR_SLOT_ID_INVALID);
    wire::Logout logout;
    logout.slot = slot;
    EXPECT_EQ(app.call(logout).rv, CKR_SLOT_ID_INVALID);
  }
}

TEST_F(ServiceTest, ASlotWithoutATokenHasNoUsers) {
  TestApplication app = an_application();
  EXPECT_EQ(app.login(CKU_USER, "user-pin-1", 1), CKR_TOKEN_NOT_RECOGNIZED);
  wire::SetPin set;
  set.session = {1, 1, true};
  set.new_pin = as_bytes("12345");
  EXPECT_EQ(app.call(set).rv, CKR_TOKEN_NOT_RECOGNIZED);
}

// ---- Slots and tokens ---------------------------------------------------------------------------

TEST_F(ServiceTest, BehindTheLastTokenThereIsAFreeSlot) {
  TestApplication app = an_application();
  const auto before = app.call(wire::ListSlots()).answer.slots;
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(as_text(before[0].label), "a token");
  EXPECT_EQ(before[0].serial.size(), 16u);
  EXPECT_TRUE(before[0].token_flags & CKF_TOKEN_INITIALIZED);
  EXPECT_TRUE(before[0].token_flags & CKF_USER_PIN_INITIALIZED);
  EXPECT_FALSE(before[1].token_flags & CKF_TOKEN_INITIALIZED);

  wire::InitToken init;
  init.slot = 1;
  init.so_pin = as_bytes("so-pin-2");
  init.label = as_bytes("second");
  ASSERT_EQ(app.call(init).rv, CKR_OK);
  EXPECT_EQ(app.call(wire::ListSlots()).answer.slots.size(), 3u);
  EXPECT_EQ(app.login(CKU_USER, "user-pin-1", 1), CKR_USER_PIN_NOT_INITIALIZED);
}

TEST_F(ServiceTest, ATokenIsInitialisedOnlyWithAFittingPinAndLabel) {
  TestApplication app = an_application();
  wire::InitToken init;
  init.slot = 1;
  const std::string long_label(kLabelBytesMax + 1, 'x');
  init.so_pin = as_bytes("so-pin-2");
  init.label = as_bytes(long_label);
  EXPECT_EQ(app.call(init).rv, CKR_ARGUMENTS_BAD);
  init.label = as_bytes("second");
  init.so_pin = as_bytes("123");
  EXPECT_EQ(app.call(init).rv, CKR_PIN_LEN_RANGE);
  const std::string long_pin(wire::kPinBytesMax + 1, 'x');
  init.so_pin = as_bytes(long_pin);
  EXPECT_EQ(app.call(init).rv, CKR_PIN_LEN_RANGE);
}

TEST_F(ServiceTest, InitialisingAgainNeedsTheOfficersPinAndEndsEverything) {
  TestApplication app = a_user();
  const std::uint64_t key = app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true));
  const std::uint64_t generation = daemon_.generations.slots[0];
  TestApplication other = an_application();
  wire::InitToken init;
  init.label = as_bytes("again");
  init.so_pin = as_bytes("wrong");
  EXPECT_EQ(other.call(init).rv, CKR_PIN_INCORRECT);
  EXPECT_TRUE(flags() & CKF_SO_PIN_COUNT_LOW);
  init.so_pin = as_bytes("so-pin-1");
  ASSERT_EQ(other.call(init).rv, CKR_OK);
  EXPECT_GT(daemon_.generations.slots[0], generation);
  EXPECT_FALSE(flags() & (CKF_SO_PIN_COUNT_LOW | CKF_USER_PIN_INITIALIZED));

  EXPECT_EQ(app.call(on_object<wire::ReadObject>(key)).rv, CKR_OBJECT_HANDLE_INVALID);
  EXPECT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_USER_PIN_NOT_INITIALIZED);
  EXPECT_EQ(daemon_.service->token_objects(), 0u);
  EXPECT_EQ(daemon_.journal.count(EventKind::kTokenInitialized), 1u);
}

// ---- PINs and logins ----------------------------------------------------------------------------

TEST_F(ServiceTest, LoginKnowsWhoIsThere) {
  TestApplication app = an_application();
  EXPECT_EQ(app.login(7, "user-pin-1"), CKR_USER_TYPE_INVALID);
  EXPECT_EQ(app.login(CKU_CONTEXT_SPECIFIC, "user-pin-1"), CKR_USER_NOT_LOGGED_IN);
  ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  EXPECT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_USER_ALREADY_LOGGED_IN);
  EXPECT_EQ(app.login(CKU_SO, "so-pin-1"), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
  wire::Logout logout;
  EXPECT_EQ(app.call(logout).rv, CKR_OK);
  EXPECT_EQ(app.call(logout).rv, CKR_USER_NOT_LOGGED_IN);
  EXPECT_EQ(daemon_.journal.count(EventKind::kLoggedIn), 1u);
  EXPECT_EQ(daemon_.journal.count(EventKind::kLoggedOut), 1u);
}

TEST_F(ServiceTest, TheTenthWrongPinLocksAndTheOfficerUnlocks) {
  TestApplication app = an_application();
  for (std::uint32_t tries = 1; tries <= kPinTriesMax; ++tries) {
    EXPECT_EQ(app.login(CKU_USER, "wrong-pin"), CKR_PIN_INCORRECT);
    EXPECT_EQ((flags() & CKF_USER_PIN_COUNT_LOW) != 0, tries < kPinTriesMax) << tries;
    EXPECT_EQ((flags() & CKF_USER_PIN_FINAL_TRY) != 0, tries == kPinTriesMax - 1) << tries;
    EXPECT_EQ((flags() & CKF_USER_PIN_LOCKED) != 0, tries == kPinTriesMax) << tries;
  }
  EXPECT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_PIN_LOCKED);
  EXPECT_EQ(daemon_.journal.count(EventKind::kLoginFailed), kPinTriesMax - 1);
  EXPECT_EQ(daemon_.journal.count(EventKind::kPinLocked), 2u);

  ASSERT_EQ(app.login(CKU_SO, "so-pin-1"), CKR_OK);
  wire::InitPin init;
  init.session = app.session();
  init.pin = as_bytes("user-pin-2");
  ASSERT_EQ(app.call(init).rv, CKR_OK);
  EXPECT_FALSE(flags() & CKF_USER_PIN_LOCKED);
  EXPECT_EQ(an_application().login(CKU_USER, "user-pin-2"), CKR_OK);
}

TEST_F(ServiceTest, ARightPinForgetsTheWrongOnes) {
  TestApplication app = an_application();
  EXPECT_EQ(app.login(CKU_USER, "wrong-pin"), CKR_PIN_INCORRECT);
  EXPECT_TRUE(flags() & CKF_USER_PIN_COUNT_LOW);
  EXPECT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  EXPECT_FALSE(flags() & CKF_USER_PIN_COUNT_LOW);
}

TEST_F(ServiceTest, OnlyTheOfficerGivesTheUserAPin) {
  wire::InitPin init;
  init.session = {0, 1, true};
  init.pin = as_bytes("user-pin-2");
  TestApplication user = a_user();
  EXPECT_EQ(user.call(init).rv, CKR_USER_NOT_LOGGED_IN);
  TestApplication officer = an_application();
  ASSERT_EQ(officer.login(CKU_SO, "so-pin-1"), CKR_OK);
  init.session.read_write = false;
  EXPECT_EQ(officer.call(init).rv, CKR_SESSION_READ_ONLY);
  init.session.read_write = true;
  for (std::size_t size : {wire::kPinBytesMin - 1, wire::kPinBytesMax + 1}) {
    const std::string pin(size, 'x');
    init.pin = as_bytes(pin);
    EXPECT_EQ(officer.call(init).rv, CKR_PIN_LEN_RANGE) << size;
  }
}

TEST_F(ServiceTest, APinIsChangedOnlyByWhoKnowsIt) {
  TestApplication app = an_application();
  wire::SetPin set;
  set.session = app.session();
  set.old_pin = as_bytes("wrong-pin");
  set.new_pin = as_bytes("user-pin-2");
  EXPECT_EQ(app.call(set).rv, CKR_PIN_INCORRECT);
  EXPECT_TRUE(flags() & CKF_USER_PIN_COUNT_LOW);
  set.old_pin = as_bytes("user-pin-1");
  set.new_pin = as_bytes("123");
  EXPECT_EQ(app.call(set).rv, CKR_PIN_LEN_RANGE);
  set.new_pin = as_bytes("user-pin-2");
  set.session.read_write = false;
  EXPECT_EQ(app.call(set).rv, CKR_SESSION_READ_ONLY);
  set.session.read_write = true;
  ASSERT_EQ(app.call(set).rv, CKR_OK);
  EXPECT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_PIN_INCORRECT);
  EXPECT_EQ(app.login(CKU_USER, "user-pin-2"), CKR_OK);
}

TEST_F(ServiceTest, TheOfficersSessionChangesTheOfficersPin) {
  TestApplication app = an_application();
  ASSERT_EQ(app.login(CKU_SO, "so-pin-1"), CKR_OK);
  wire::SetPin set;
  set.session = app.session();
  set.old_pin = as_bytes("so-pin-1");
  set.new_pin = as_bytes("so-pin-2");
  ASSERT_EQ(app.call(set).rv, CKR_OK);
  EXPECT_EQ(an_application().login(CKU_SO, "so-pin-2"), CKR_OK);
}

TEST_F(ServiceTest, ManyLoginsAtOnceAllSucceed) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (unsigned thread = 0; thread < TestDaemon::kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 20; ++i) {
        TestApplication app(*daemon_.service, {1000, 1000, 77, 1}, thread);
        good += app.login(CKU_USER, "user-pin-1") == CKR_OK ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, static_cast<int>(TestDaemon::kThreads) * 20);
}

// ---- Tickets ------------------------------------------------------------------------------------

class TicketTest : public ServiceTest {
 protected:
  Bytes a_ticket(TestApplication& app) {
    wire::Login request;
    request.session = app.session();
    request.user_type = CKU_USER;
    request.pin = as_bytes("user-pin-1");
    const auto reply = app.call(request);
    EXPECT_EQ(reply.rv, CKR_OK);
    EXPECT_FALSE(reply.answer.ticket.empty());
    return to_bytes(reply.answer.ticket);
  }
  static bool resumes(TestApplication& app, const Bytes& ticket, std::uint64_t slot = 0) {
    wire::Resume request;
    request.tickets.push_back({slot, ticket});
    const auto reply = app.call(request);
    EXPECT_EQ(reply.rv, CKR_OK);
    return reply.answer.restored_slots == std::vector<std::uint64_t>{slot};
  }
};

TEST_F(TicketTest, RestoresALoginEvenAfterARestart) {
  TestApplication app = an_application();
  const Bytes ticket = a_ticket(app);
  TestApplication again = an_application();
  EXPECT_TRUE(resumes(again, ticket));
  EXPECT_EQ(again.login(CKU_USER, "user-pin-1"), CKR_USER_ALREADY_LOGGED_IN);
  daemon_.stop();
  ASSERT_TRUE(daemon_.start());
  TestApplication later = an_application();
  EXPECT_TRUE(resumes(later, ticket));
}

TEST_F(TicketTest, IsGoodForItsProcessAlone) {
  TestApplication app = an_application();
  const Bytes ticket = a_ticket(app);
  const wire::Peer others[] = {
      {1001, 1000, 77, 12345}, {1000, 1000, 78, 12345}, {1000, 1000, 77, 12346}};
  for (const wire::Peer& peer : others) {
    TestApplication other = an_application(peer);
    EXPECT_FALSE(resumes(other, ticket));
  }
  EXPECT_EQ(daemon_.journal.count(EventKind::kResumeRefused), 3u);
}

TEST_F(TicketTest, ThatIsForgedOrOfAnotherSlotIsRefused) {
  TestApplication app = an_application();
  const Bytes ticket = a_ticket(app);
  TestApplication other = an_application();
  for (std::size_t i = 0; i < ticket.size(); ++i) {
    Bytes forged = ticket;
    forged[i] ^= 1;
    EXPECT_FALSE(resumes(other, forged)) << i;
  }
  EXPECT_FALSE(resumes(other, {}));
  EXPECT_FALSE(resumes(other, ticket, 1));
  EXPECT_FALSE(resumes(other, ticket, UINT64_MAX));
}

TEST_F(TicketTest, DiesWithThePin) {
  TestApplication app = an_application();
  const Bytes ticket = a_ticket(app);
  wire::SetPin set;
  set.session = app.session();
  set.old_pin = as_bytes("user-pin-1");
  set.new_pin = as_bytes("user-pin-2");
  ASSERT_EQ(app.call(set).rv, CKR_OK);
  TestApplication other = an_application();
  EXPECT_FALSE(resumes(other, ticket));
}

// ---- Who sees what ------------------------------------------------------------------------------

TEST_F(ServiceTest, APrivateObjectIsNotThereWithoutALogin) {
  TestApplication user = a_user();
  const std::uint64_t key = user.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true));
  TestApplication stranger = an_application();
  TestApplication officer = an_application();
  ASSERT_EQ(officer.login(CKU_SO, "so-pin-1"), CKR_OK);
  for (TestApplication* app : {&stranger, &officer}) {
    EXPECT_TRUE(app->find({}).empty());
    EXPECT_EQ(app->call(on_object<wire::ReadObject>(key)).rv, CKR_OBJECT_HANDLE_INVALID);
    EXPECT_EQ(app->call(on_object<wire::DestroyObject>(key)).rv, CKR_OBJECT_HANDLE_INVALID);
    EXPECT_EQ(app->call(gcm(wire::Kind::kEncrypt, key, kIv), kIv).rv, CKR_KEY_HANDLE_INVALID);
  }
}

TEST_F(ServiceTest, LoggingOutHidesWhatALoginShowed) {
  TestApplication app = a_user();
  const std::uint64_t on_token = app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true));
  const std::uint64_t in_session = app.generate_aes({});
  ASSERT_EQ(app.call(gcm(wire::Kind::kEncrypt, on_token, kIv), kIv).rv, CKR_OK);
  ASSERT_EQ(app.call(gcm(wire::Kind::kEncrypt, in_session, kIv), kIv).rv, CKR_OK);
  ASSERT_EQ(app.call(wire::Logout()).rv, CKR_OK);
  EXPECT_EQ(app.call(gcm(wire::Kind::kEncrypt, on_token, kIv), kIv).rv, CKR_KEY_HANDLE_INVALID);
  ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  EXPECT_EQ(app.call(gcm(wire::Kind::kEncrypt, on_token, kIv), kIv).rv, CKR_OK);
  EXPECT_EQ(app.call(gcm(wire::Kind::kEncrypt, in_session, kIv), kIv).rv, CKR_KEY_HANDLE_INVALID);
}

TEST_F(ServiceTest, ASessionObjectIsItsApplicationsAlone) {
  TestApplication app = a_user();
  TestApplication other = a_user();
  const std::uint64_t key = app.generate_aes({});
  // Both on one thread, so on one cache.
  ASSERT_EQ(app.call(gcm(wire::Kind::kEncrypt, key, kIv), kIv).rv, CKR_OK);
  EXPECT_EQ(other.call(gcm(wire::Kind::kEncrypt, key, kIv), kIv).rv, CKR_KEY_HANDLE_INVALID);
  EXPECT_EQ(other.call(on_object<wire::DestroyObject>(key)).rv, CKR_OBJECT_HANDLE_INVALID);
  EXPECT_TRUE(other.find({}).empty());
  EXPECT_EQ(app.find({}), std::vector<std::uint64_t>{key});
}

TEST_F(ServiceTest, AnotherSlotsObjectIsNotThere) {
  TestApplication app = a_user();
  const std::uint64_t key = app.generate_aes({});
  ASSERT_EQ(app.call(gcm(wire::Kind::kEncrypt, key, kIv), kIv).rv, CKR_OK);
  EXPECT_EQ(app.call(on_object<wire::ReadObject>(key, 1)).rv, CKR_OBJECT_HANDLE_INVALID);
  EXPECT_TRUE(app.find({}, 1).empty());
}

TEST_F(ServiceTest, ClosingASessionEndsItsObjectsAndStreamsAndNoOthers) {
  TestApplication app = a_user();
  wire::GenerateKey generate;
  const auto length = TemplateBuilder().number(CKA_VALUE_LEN, 32);
  const wire::Template attributes = length.get();
  generate.mechanism.type = CKM_AES_KEY_GEN;
  generate.attributes = attributes;
  std::vector<std::uint64_t> keys;
  for (std::uint64_t session : {1, 2}) {
    generate.session = app.session(0, session);
    keys.push_back(app.call(generate).answer.handle);
  }
  wire::CloseSession close;
  close.session = app.session(0, 1);
  EXPECT_EQ(app.call(close).rv, CKR_OK);
  EXPECT_EQ(app.call(close).rv, CKR_OK);
  EXPECT_EQ(app.find({}), std::vector<std::uint64_t>{keys[1]});
}

// ---- Objects ------------------------------------------------------------------------------------

TEST_F(ServiceTest, ASensitiveValueIsNotTold) {
  TestApplication app = a_user();
  auto read = on_object<wire::ReadObject>(app.generate_aes({}));
  read.secrets = true;
  const auto reply = app.call(read);
  ASSERT_EQ(reply.rv, CKR_OK);
  EXPECT_EQ(reply.answer.sensitive, std::vector<std::uint64_t>{CKA_VALUE});
  for (const wire::Attribute& attribute : reply.answer.attributes) {
    EXPECT_NE(attribute.type, CKA_VALUE);
  }
}

TEST_F(ServiceTest, AValueIsToldOnlyWhenItIsAskedForAndMayGo) {
  TestApplication app = a_user();
  const auto open = TemplateBuilder().flag(CKA_SENSITIVE, false).flag(CKA_EXTRACTABLE, true);
  auto read = on_object<wire::ReadObject>(app.generate_aes(open));
  EXPECT_EQ(app.call(read).answer.sensitive.size(), 1u);
  read.secrets = true;
  const auto reply = app.call(read);
  EXPECT_TRUE(reply.answer.sensitive.empty());
  bool told = false;
  for (const wire::Attribute& attribute : reply.answer.attributes) {
    told |= attribute.type == CKA_VALUE && attribute.value.size() == 32;
  }
  EXPECT_TRUE(told);
}

TEST_F(ServiceTest, AChangeOfATokenObjectRaisesTheGenerationAndANewOneDoesNot) {
  TestApplication app = a_user();
  const std::uint64_t before = daemon_.generations.slots[0];
  const std::uint64_t key = app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true));
  EXPECT_EQ(daemon_.generations.slots[0], before);
  const auto name = TemplateBuilder().text(CKA_LABEL, "name");
  auto change = on_object<wire::SetAttributes>(key);
  change.attributes = name;
  const auto changed = app.call(change);
  ASSERT_EQ(changed.rv, CKR_OK);
  EXPECT_GT(changed.generation, before);
  EXPECT_EQ(daemon_.generations.slots[0], changed.generation);
  EXPECT_EQ(app.find(name), std::vector<std::uint64_t>{key});
  ASSERT_EQ(app.call(on_object<wire::DestroyObject>(key)).rv, CKR_OK);
  EXPECT_GT(daemon_.generations.slots[0], changed.generation);
  EXPECT_EQ(app.call(on_object<wire::DestroyObject>(key)).rv, CKR_OBJECT_HANDLE_INVALID);
}

TEST_F(ServiceTest, AReadOnlySessionLeavesTokenObjectsAsTheyAre) {
  TestApplication app = a_user();
  const std::uint64_t key = app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true));
  const auto name = TemplateBuilder().text(CKA_LABEL, "name");
  auto change = on_object<wire::SetAttributes>(key);
  change.session.read_write = false;
  change.attributes = name;
  EXPECT_EQ(app.call(change).rv, CKR_SESSION_READ_ONLY);
  auto destroy = on_object<wire::DestroyObject>(key);
  destroy.session.read_write = false;
  EXPECT_EQ(app.call(destroy).rv, CKR_SESSION_READ_ONLY);
}

TEST_F(ServiceTest, WhatIsNotDestroyableStays) {
  TestApplication app = a_user();
  for (bool on_token : {false, true}) {
    const std::uint64_t key =
        app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, on_token).flag(CKA_DESTROYABLE, false));
    EXPECT_EQ(app.call(on_object<wire::DestroyObject>(key)).rv, CKR_ACTION_PROHIBITED);
  }
  EXPECT_EQ(daemon_.journal.count(EventKind::kDenied), 2u);
}

TEST_F(ServiceTest, ASessionObjectIsChangedAndCopiedOntoTheToken) {
  TestApplication app = a_user();
  const std::uint64_t key = app.generate_aes({});
  const auto name = TemplateBuilder().text(CKA_LABEL, "copied");
  auto change = on_object<wire::SetAttributes>(key);
  change.attributes = name;
  ASSERT_EQ(app.call(change).rv, CKR_OK);
  const auto onto_token = TemplateBuilder().flag(CKA_TOKEN, true);
  auto copy = on_object<wire::CopyObject>(key);
  copy.attributes = onto_token;
  const auto copied = app.call(copy);
  ASSERT_EQ(copied.rv, CKR_OK) << copied.why;
  const auto sealed = app.call(gcm(wire::Kind::kEncrypt, key, kIv), as_bytes("text"));
  const auto opened = app.call(gcm(wire::Kind::kDecrypt, copied.answer.handle, kIv), sealed.out);
  EXPECT_EQ(as_text(opened.out), "text");
  EXPECT_EQ(app.find(name), (std::vector<std::uint64_t>{copied.answer.handle, key}));
}

TEST_F(ServiceTest, FindGoesOnFromTokenObjectsToSessionObjects) {
  TestApplication app = a_user();
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true)));
  }
  for (int i = 0; i < 3; ++i) all.push_back(app.generate_aes({}));
  wire::Find find;
  find.session = app.session();
  find.count_max = 2;
  std::vector<std::uint64_t> found;
  for (bool more = true; more;) {
    const auto reply = app.call(find);
    ASSERT_EQ(reply.rv, CKR_OK);
    found.insert(found.end(), reply.answer.handles.begin(), reply.answer.handles.end());
    more = reply.answer.more;
    find.after = found.back();
  }
  EXPECT_EQ(found, all);
}

TEST_F(ServiceTest, ACertificateIsCreatedAndFoundByAnybody) {
  TestApplication app = an_application();
  const auto certificate = TemplateBuilder()
                               .number(CKA_CLASS, CKO_CERTIFICATE)
                               .number(CKA_CERTIFICATE_TYPE, CKC_X_509)
                               .flag(CKA_TOKEN, true)
                               .text(CKA_SUBJECT, "subject")
                               .text(CKA_ID, "id")
                               .text(CKA_VALUE, "certificate");
  wire::CreateObject create;
  create.session = app.session();
  create.attributes = certificate;
  ASSERT_EQ(app.call(create).rv, CKR_OK);
  EXPECT_EQ(an_application().find(TemplateBuilder().text(CKA_ID, "id").get()).size(), 1u);
}

// ---- Keys and operations ------------------------------------------------------------------------

TEST_F(ServiceTest, ASessionKeyEncryptsAndDecrypts) {
  TestApplication app = a_user();
  const std::uint64_t key = app.generate_aes({});
  const auto sealed = app.call(gcm(wire::Kind::kEncrypt, key, kIv), as_bytes("sixteen octets.."));
  ASSERT_EQ(sealed.rv, CKR_OK) << sealed.why;
  EXPECT_EQ(sealed.out.size(), 32u);
  const auto opened = app.call(gcm(wire::Kind::kDecrypt, key, kIv), sealed.out);
  ASSERT_EQ(opened.rv, CKR_OK) << opened.why;
  EXPECT_EQ(as_text(opened.out), "sixteen octets..");
}

TEST_F(ServiceTest, AChangedKeyLosesItsUseAtOnceOnEveryThread) {
  TestApplication app = a_user();
  const std::uint64_t key = app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true));
  TestApplication elsewhere(*daemon_.service, {1000, 1000, 78, 1}, 1);
  ASSERT_EQ(elsewhere.login(CKU_USER, "user-pin-1"), CKR_OK);
  ASSERT_EQ(elsewhere.call(gcm(wire::Kind::kEncrypt, key, kIv), kIv).rv, CKR_OK);
  const auto no_more = TemplateBuilder().flag(CKA_ENCRYPT, false);
  auto change = on_object<wire::SetAttributes>(key);
  change.attributes = no_more;
  ASSERT_EQ(app.call(change).rv, CKR_OK);
  EXPECT_EQ(elsewhere.call(gcm(wire::Kind::kEncrypt, key, kIv), kIv).rv,
            CKR_KEY_FUNCTION_NOT_PERMITTED);
  ASSERT_EQ(app.call(on_object<wire::DestroyObject>(key)).rv, CKR_OK);
  EXPECT_EQ(elsewhere.call(gcm(wire::Kind::kEncrypt, key, kIv), kIv).rv, CKR_KEY_HANDLE_INVALID);
}

TEST_F(ServiceTest, AMechanismOfTheOtherFunctionIsInvalid) {
  TestApplication app = a_user();
  wire::GenerateKey single;
  single.session = app.session();
  single.mechanism.type = CKM_EC_KEY_PAIR_GEN;
  EXPECT_EQ(app.call(single).rv, CKR_MECHANISM_INVALID);
  wire::GenerateKeyPair pair;
  pair.session = app.session();
  pair.mechanism.type = CKM_AES_KEY_GEN;
  EXPECT_EQ(app.call(pair).rv, CKR_MECHANISM_INVALID);
}

class PairTest : public ServiceTest {
 protected:
  std::pair<std::uint64_t, std::uint64_t> a_pair(TestApplication& app,
                                                 const TemplateBuilder& extra) {
    // The OID of P-256.
    const Bytes params = {6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
    const auto public_part = TemplateBuilder().bytes(CKA_EC_PARAMS, params);
    wire::GenerateKeyPair request;
    request.session = app.session();
    request.mechanism.type = CKM_EC_KEY_PAIR_GEN;
    request.public_attributes = public_part;
    request.private_attributes = extra;
    const auto reply = app.call(request);
    EXPECT_EQ(reply.rv, CKR_OK) << reply.why;
    return {reply.answer.public_handle, reply.answer.private_handle};
  }
  static CK_RV sign(TestApplication& app, std::uint64_t key) {
    wire::Operate request;
    request.kind = wire::Kind::kSign;
    request.session = app.session();
    request.key = key;
    request.mechanism.type = CKM_ECDSA;
    const auto reply = app.call(request, Bytes(32, 1));
    EXPECT_EQ(reply.out.size(), reply.rv == CKR_OK ? 64u : 0u);
    return reply.rv;
  }
};

TEST_F(PairTest, LiesWhereEachHalfWasAskedToBe) {
  TestApplication app = a_user();
  const auto [public_key, private_key] = a_pair(app, TemplateBuilder().flag(CKA_TOKEN, true));
  EXPECT_NE(public_key & kSessionObjectBit, 0u);
  EXPECT_EQ(private_key & kSessionObjectBit, 0u);
  EXPECT_EQ(sign(app, private_key), CKR_OK);
  EXPECT_EQ(daemon_.service->token_objects(), 1u);
}

TEST_F(PairTest, ThatAlwaysAuthenticatesAsksForThePinEachTime) {
  TestApplication app = a_user();
  const std::uint64_t key =
      a_pair(app, TemplateBuilder().flag(CKA_ALWAYS_AUTHENTICATE, true)).second;
  EXPECT_EQ(sign(app, key), CKR_USER_NOT_LOGGED_IN);
  EXPECT_EQ(app.login(CKU_CONTEXT_SPECIFIC, "wrong-pin"), CKR_PIN_INCORRECT);
  EXPECT_EQ(sign(app, key), CKR_USER_NOT_LOGGED_IN);
  ASSERT_EQ(app.login(CKU_CONTEXT_SPECIFIC, "user-pin-1"), CKR_OK);
  EXPECT_EQ(sign(app, key), CKR_OK);
  EXPECT_EQ(sign(app, key), CKR_USER_NOT_LOGGED_IN);
}

// ---- Streams ------------------------------------------------------------------------------------

TEST_F(ServiceTest, AStreamIsBegunBeforeItIsUsedAndOnce) {
  TestApplication app = a_user();
  wire::StreamUpdate update;
  update.session = app.session();
  EXPECT_EQ(app.call(update).rv, CKR_OPERATION_NOT_INITIALIZED);
  wire::StreamBegin begin;
  begin.session = app.session();
  begin.key = app.generate_aes({});
  begin.mechanism.type = CKM_AES_CTR;
  begin.mechanism.number_a = 128;
  const Bytes counter(16, 0);
  begin.mechanism.first = counter;
  ASSERT_EQ(app.call(begin).rv, CKR_OK);
  EXPECT_EQ(app.call(begin).rv, CKR_OPERATION_ACTIVE);
  const auto first = app.call(update, as_bytes("first "));
  ASSERT_EQ(first.rv, CKR_OK) << first.why;
  wire::StreamFinish finish;
  finish.session = app.session();
  const auto rest = app.call(finish, as_bytes("second"));
  ASSERT_EQ(rest.rv, CKR_OK) << rest.why;
  EXPECT_EQ(first.out.size() + rest.out.size(), 12u);
  EXPECT_EQ(app.call(finish).rv, CKR_OPERATION_NOT_INITIALIZED);
}

TEST_F(ServiceTest, AStreamEndsWithItsKeyAndByAbort) {
  TestApplication app = a_user();
  wire::StreamBegin begin;
  begin.session = app.session();
  begin.key = app.generate_aes({});
  begin.mechanism.type = CKM_AES_CTR;
  begin.mechanism.number_a = 128;
  const Bytes counter(16, 0);
  begin.mechanism.first = counter;
  ASSERT_EQ(app.call(begin).rv, CKR_OK);
  wire::StreamAbort abort;
  abort.session = app.session();
  EXPECT_EQ(app.call(abort).rv, CKR_OK);
  ASSERT_EQ(app.call(begin).rv, CKR_OK);
  ASSERT_EQ(app.call(on_object<wire::DestroyObject>(begin.key)).rv, CKR_OK);
  wire::StreamUpdate update;
  update.session = app.session();
  EXPECT_EQ(app.call(update, as_bytes("more")).rv, CKR_KEY_HANDLE_INVALID);
  EXPECT_EQ(app.call(update, as_bytes("more")).rv, CKR_OPERATION_NOT_INITIALIZED);
}

// ---- Random, status, limits, threads ------------------------------------------------------------

TEST_F(ServiceTest, RandomIsAsLongAsAskedAndNoLongerThanAFrame) {
  TestApplication app = an_application();
  wire::Random request;
  for (std::uint32_t size : {0u, 1u, 32u, static_cast<std::uint32_t>(wire::kRandomBytesMax)}) {
    request.size = size;
    EXPECT_EQ(app.call(request).out.size(), size);
  }
  request.size = wire::kRandomBytesMax + 1;
  EXPECT_EQ(app.call(request).rv, CKR_ARGUMENTS_BAD);
}

TEST_F(ServiceTest, StatusCounts) {
  daemon_.service->describe({"1.2.3", "/x/store.db", 2, true, false});
  TestApplication app = a_user();
  app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true));
  const auto status = app.call(wire::DaemonStatus()).answer;
  EXPECT_EQ(as_text(status.version), "1.2.3");
  EXPECT_EQ(status.connections, 1u);
  EXPECT_EQ(status.tokens, 1u);
  EXPECT_EQ(status.token_objects, 1u);
  EXPECT_GE(status.operations, 3u);
  EXPECT_TRUE(status.memory_locked);
}

TEST_F(ServiceTest, TooManySessionsAreRefused) {
  TestApplication app = a_user();
  wire::GenerateKey generate;
  const auto length = TemplateBuilder().number(CKA_VALUE_LEN, 32);
  const wire::Template attributes = length.get();
  generate.mechanism.type = CKM_AES_KEY_GEN;
  generate.attributes = attributes;
  for (std::uint64_t session = 0; session < kSessionsMax; ++session) {
    generate.session = app.session(0, session);
    ASSERT_EQ(app.call(generate).rv, CKR_OK) << session;
  }
  generate.session = app.session(0, kSessionsMax);
  EXPECT_EQ(app.call(generate).rv, CKR_SESSION_COUNT);
  wire::CloseSession close;
  close.session = app.session(0, 0);
  ASSERT_EQ(app.call(close).rv, CKR_OK);
  EXPECT_EQ(app.call(generate).rv, CKR_OK);
}

TEST_F(ServiceTest, SessionObjectsDoNotGrowBeyondTheirLimit) {
  TestApplication app = an_application();
  const Bytes large(40 * 1024, 'x');
  const TemplateBuilder empty = TemplateBuilder().number(CKA_CLASS, CKO_DATA);
  const TemplateBuilder grown = TemplateBuilder().bytes(CKA_VALUE, large);
  std::size_t octets = 0;
  CK_RV rv = CKR_OK;
  for (; rv == CKR_OK && octets <= kSessionOctetsMax; octets += large.size()) {
    wire::CreateObject create;
    create.session = app.session();
    const wire::Template attributes = empty.get();
    create.attributes = attributes;
    const auto made = app.call(create);
    ASSERT_EQ(made.rv, CKR_OK) << made.why;
    auto set = on_object<wire::SetAttributes>(made.answer.handle);
    const wire::Template changes = grown.get();
    set.attributes = changes;
    rv = app.call(set).rv;
  }
  EXPECT_EQ(rv, CKR_DEVICE_MEMORY);
}

TEST_F(ServiceTest, TheJournalTellsNoLabelAndIsNotFlooded) {
  TestApplication app = a_user();
  const std::uint64_t key =
      app.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true).text(CKA_LABEL, "between us alone"));
  ASSERT_EQ(app.call(on_object<wire::DestroyObject>(key)).rv, CKR_OK);
  wire::Resume resume;
  resume.tickets.resize(wire::kSlotsMax);
  ASSERT_EQ(app.call(resume).rv, CKR_OK);
  EXPECT_LE(daemon_.journal.count(EventKind::kResumeRefused), 2 * kDenialsPerSecondMax);
  resume.tickets.resize(wire::kSlotsMax + 1);
  EXPECT_EQ(app.call(resume).rv, CKR_ARGUMENTS_BAD);
  EXPECT_EQ(daemon_.journal.count(EventKind::kObjectMade), 1u);
  EXPECT_EQ(daemon_.journal.count(EventKind::kObjectDestroyed), 1u);
  for (const Event& event : daemon_.journal.events()) {
    EXPECT_EQ(event.detail.find("between us"), std::string::npos) << event.detail;
  }
}

TEST_F(ServiceTest, WritersOnManyThreadsAllBecomeDurable) {
  constexpr int kEach = 25;
  {
    TestApplication app = a_user();
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < TestDaemon::kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        TestApplication writer(*daemon_.service, {1000, 1000, 77, 1}, thread);
        EXPECT_EQ(writer.login(CKU_USER, "user-pin-1"), CKR_OK);
        const auto name = TemplateBuilder().text(CKA_LABEL, "changed");
        for (int i = 0; i < kEach; ++i) {
          const auto key = writer.generate_aes(TemplateBuilder().flag(CKA_TOKEN, true));
          auto change = on_object<wire::SetAttributes>(key);
          change.attributes = name;
          EXPECT_EQ(writer.call(change).rv, CKR_OK);
          if (i % 2 != 0) continue;
          EXPECT_EQ(writer.call(on_object<wire::DestroyObject>(key)).rv, CKR_OK);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  daemon_.stop();
  const Status started = daemon_.start();
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(daemon_.service->token_objects(), TestDaemon::kThreads * (kEach / 2));
}

}  // namespace
}  // namespace azekura::hsm::token
