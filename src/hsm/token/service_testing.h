// A daemon without sockets: a service over a store in a folder of its own, and applications that
// speak to it in frames.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hsm/token/journal.h"
#include "hsm/token/service.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::token {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class RecordingJournal : public Journal {
 public:
  void record(const Event& event) override;
  std::size_t count(EventKind kind) const;
  std::vector<Event> events() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
};

Unlock a_passphrase(std::string_view text = "correct horse battery");

// Attributes with the memory that their views need.
class TemplateBuilder {
 public:
  TemplateBuilder& flag(CK_ATTRIBUTE_TYPE type, bool value);
  TemplateBuilder& number(CK_ATTRIBUTE_TYPE type, std::uint64_t value);
  TemplateBuilder& bytes(CK_ATTRIBUTE_TYPE type, ByteView value);
  TemplateBuilder& text(CK_ATTRIBUTE_TYPE type, std::string_view value) {
    return bytes(type, as_bytes(value));
  }
  TemplateBuilder& nested(CK_ATTRIBUTE_TYPE type, const TemplateBuilder& inner);
  wire::Template get() const;
  operator wire::Template() const { return get(); }  // NOLINT: reads as a template in a request

 private:
  std::vector<std::pair<CK_ATTRIBUTE_TYPE, Bytes>> items_;
};

// The octets of one request's head.
template <class Request>
Bytes frame_of(Request request) {
  Bytes head(wire::kHeadBytesMax);
  wire::Writer writer(head);
  EXPECT_TRUE(wire::write_request(request, writer));
  head.resize(writer.size());
  return head;
}

// One connected application. An answer's views are good until its next call.
class TestApplication {
 public:
  TestApplication(Service& service, wire::Peer peer = {1000, 1000, 77, 12345}, unsigned thread = 0);

  template <class Request>
  struct Reply {
    CK_RV rv = CKR_GENERAL_ERROR;
    std::uint64_t generation = 0;
    typename Request::Answer answer;
    std::string why;
    Bytes out;
  };

  template <class Request>
  Reply<Request> call(const Request& request, ByteView data = {}) {
    exchange(frame_of(request), data);
    Reply<Request> reply;
    wire::Reader reader(answered());
    wire::AnswerHeader header;
    reader(header);
    reply.rv = header.rv;
    reply.generation = header.generation;
    if (header.rv == CKR_OK) {
      reader(reply.answer);
    } else {
      ByteView why;
      reader(why);
      reply.why = as_text(why);
    }
    EXPECT_TRUE(reader.done());
    reply.out = to_bytes(ByteView(data_).first(exchange_.out_size));
    return reply;
  }

  wire::Application& application() { return *application_; }
  // The answer to a head of any octets; its CK_RV.
  CK_RV call_raw(ByteView head);

  wire::SessionRef session(std::uint64_t slot = 0, std::uint64_t number = 1) const {
    return {slot, number, true};
  }
  CK_RV login(CK_USER_TYPE user, std::string_view pin, std::uint64_t slot = 0);
  // CKR_OK and the handle, or a failed test.
  std::uint64_t generate_aes(const TemplateBuilder& extra, std::uint64_t slot = 0);
  std::vector<std::uint64_t> find(const wire::Template& wanted, std::uint64_t slot = 0);

 private:
  void exchange(ByteView head, ByteView data);
  ByteView answered() const { return ByteView(answer_).first(exchange_.answer_size); }

  Service& service_;
  unsigned thread_;
  std::unique_ptr<wire::Application> application_;
  Bytes data_;
  Bytes answer_;
  wire::Exchange exchange_;
};

// The daemon's data folder, which can be stopped and started.
class TestDaemon {
 public:
  static constexpr unsigned kThreads = 8;

  // With a free slot and nothing else.
  TestDaemon();
  // As after initialize_token(), and restarted.
  enum class WithToken { kYes };
  explicit TestDaemon(WithToken);
  // An error, and no service, if what is in the folder is refused.
  Status start();
  void stop() { service.reset(); }
  std::string store_path() const { return folder.path() + "/store.db"; }

  // Slot 0 with a user: SO PIN "so-pin-1", PIN "user-pin-1".
  void initialize_token();

  TemporaryFolder folder;
  wire::Generations generations;
  RecordingJournal journal;
  std::unique_ptr<Service> service;
};

}  // namespace azekura::hsm::token
