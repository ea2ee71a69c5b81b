#include "hsm/token/service_testing.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace azekura::hsm::token {

TemporaryFolder::TemporaryFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "azekura-token-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void RecordingJournal::record(const Event& event) {
  std::lock_guard lock(mutex_);
  events_.push_back(event);
}

std::size_t RecordingJournal::count(EventKind kind) const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      events_.begin(), events_.end(), [kind](const Event& event) { return event.kind == kind; }));
}

std::vector<Event> RecordingJournal::events() const {
  std::lock_guard lock(mutex_);
  return events_;
}

Unlock a_passphrase(std::string_view text) {
  return {Unlock::Kind::kPassphrase, Secret::copy_of(as_bytes(text))};
}

TemplateBuilder& TemplateBuilder::flag(CK_ATTRIBUTE_TYPE type, bool value) {
  items_.emplace_back(type, Bytes{static_cast<std::uint8_t>(value ? 1 : 0)});
  return *this;
}

TemplateBuilder& TemplateBuilder::number(CK_ATTRIBUTE_TYPE type, std::uint64_t value) {
  Bytes octets(sizeof value);
  std::memcpy(octets.data(), &value, sizeof value);
  items_.emplace_back(type, std::move(octets));
  return *this;
}

TemplateBuilder& TemplateBuilder::bytes(CK_ATTRIBUTE_TYPE type, ByteView value) {
  items_.emplace_back(type, to_bytes(value));
  return *this;
}

TemplateBuilder& TemplateBuilder::nested(CK_ATTRIBUTE_TYPE type, const TemplateBuilder& inner) {
  Bytes room(wire::kHeadBytesMax);
  wire::Writer writer(room);
  wire::Template list = inner.get();
  writer(list);
  return bytes(type, writer.written());
}

wire::Template TemplateBuilder::get() const {
  wire::Template list;
  for (const auto& [type, value] : items_) list.push_back({type, value});
  return list;
}

TestApplication::TestApplication(Service& service, wire::Peer peer, unsigned thread)
    : service_(service),
      thread_(thread),
      application_(service.connected(peer)),
      data_(wire::kDataBytesMax),
      answer_(wire::kHeadBytesMax) {}

void TestApplication::exchange(ByteView head, ByteView data) {
  if (!data.empty()) std::memcpy(data_.data(), data.data(), data.size());
  exchange_ = {};
  exchange_.head = head;
  exchange_.data = MutableByteView(data_).first(data.size());
  exchange_.data_shared = true;
  exchange_.out = data_;
  exchange_.answer = answer_;
  service_.serve(*application_, exchange_, thread_);
}

CK_RV TestApplication::call_raw(ByteView head) {
  exchange(head, {});
  wire::AnswerHeader header{CKR_GENERAL_ERROR, 0};
  wire::Reader reader(answered());
  reader(header);
  EXPECT_TRUE(reader.ok());
  return header.rv;
}

CK_RV TestApplication::login(CK_USER_TYPE user, std::string_view pin, std::uint64_t slot) {
  wire::Login request;
  request.session = session(slot);
  request.user_type = user;
  request.pin = as_bytes(pin);
  return call(request).rv;
}

std::uint64_t TestApplication::generate_aes(const TemplateBuilder& extra, std::uint64_t slot) {
  wire::GenerateKey request;
  request.session = session(slot);
  request.mechanism.type = CKM_AES_KEY_GEN;
  TemplateBuilder all = extra;
  all.number(CKA_VALUE_LEN, 32);
  const wire::Template attributes = all.get();
  request.attributes = attributes;
  const auto reply = call(request);
  EXPECT_EQ(reply.rv, CKR_OK) << reply.why;
  return reply.answer.handle;
}

std::vector<std::uint64_t> TestApplication::find(const wire::Template& wanted, std::uint64_t slot) {
  wire::Find request;
  request.session = session(slot);
  request.count_max = wire::kFindHandlesMax;
  request.attributes = wanted;
  const auto reply = call(request);
  EXPECT_EQ(reply.rv, CKR_OK) << reply.why;
  return reply.answer.handles;
}

namespace {

Unlock a_key_file() { return {Unlock::Kind::kKeyFile, Secret::copy_of(Bytes(32, 0x5a))}; }

// A data folder with an initialised token, made once: PINs cost time on purpose.
const std::string& folder_with_token() {
  static TestDaemon* daemon = [] {
    auto* made = new TestDaemon;
    made->initialize_token();
    made->stop();
    return made;
  }();
  return daemon->folder.path();
}

}  // namespace

TestDaemon::TestDaemon() {
  EXPECT_TRUE(Vault::create(folder.path(), a_key_file()));
  const Status started = start();
  EXPECT_TRUE(started) << (started ? "" : started.error().message);
}

TestDaemon::TestDaemon(WithToken) {
  std::filesystem::copy(folder_with_token(), folder.path(),
                        std::filesystem::copy_options::recursive);
  const Status started = start();
  EXPECT_TRUE(started) << (started ? "" : started.error().message);
}

Status TestDaemon::start() {
  service.reset();
  ASSIGN_OR_RETURN(Vault vault, Vault::open(folder.path(), a_key_file()));
  ASSIGN_OR_RETURN(auto store, store::Store::open({store_path(), store::Create::kIfMissing}));
  ASSIGN_OR_RETURN(service, Service::create({std::move(vault), std::move(store), &generations,
                                             kThreads, &journal}));
  return {};
}

void TestDaemon::initialize_token() {
  TestApplication officer(*service);
  wire::InitToken init;
  init.so_pin = as_bytes("so-pin-1");
  init.label = as_bytes("a token");
  ASSERT_EQ(officer.call(init).rv, CKR_OK);
  ASSERT_EQ(officer.login(CKU_SO, "so-pin-1"), CKR_OK);
  wire::InitPin pin;
  pin.session = officer.session();
  pin.pin = as_bytes("user-pin-1");
  ASSERT_EQ(officer.call(pin).rv, CKR_OK);
}

}  // namespace azekura::hsm::token
