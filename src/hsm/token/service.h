// Service: answers what applications ask: the PKCS#11 side of the daemon.
//
//   auto vault = Vault::open(dir, unlock);
//   auto store = store::Store::open({.path = dir + "/store.db"});
//   auto service = Service::create({.vault = std::move(*vault), .store = std::move(*store),
//                                   .generations = &page, .threads_max = 16, .journal = &journal});
//   (*service)->describe({.version = "…", .workers = 2});
//   … hand it to a transport::Server
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "hsm/token/journal.h"
#include "hsm/token/vault.h"
#include "hsm/wire/generations.h"
#include "hsm/wire/service.h"
#include "store/store.h"

namespace azekura::hsm::token {

struct ServiceOptions {
  Vault vault;
  std::unique_ptr<store::Store> store;
  // Outlives the service. The counters start at a random number, so that no count of an earlier
  // daemon comes again, and only rise.
  wire::Generations* generations = nullptr;
  // serve()'s `thread` is below this.
  unsigned threads_max = 1;
  // Outlives the service; null: nothing is told.
  Journal* journal = nullptr;
};

// What only the daemon knows and `azekura hsm status` shows.
struct DaemonFacts {
  std::string version;
  std::string store_path;
  unsigned workers = 0;
  bool memory_locked = false;
  bool sandboxed = false;
};

class Service final : public wire::Service {
 public:
  // Reads and verifies every row of the store. kCorrupt names the row that is damaged, exchanged,
  // missing or older than it should be; kUnsupported a row of a newer format. Nothing is
  // overwritten.
  static Result<std::unique_ptr<Service>> create(ServiceOptions options);
  ~Service() override;

  // REQUIRES: called before the first serve().
  void describe(DaemonFacts facts);
  // Counts for the daemon's first line of log.
  std::size_t tokens() const;
  std::size_t token_objects() const;

  std::unique_ptr<wire::Application> connected(const wire::Peer& peer) override;
  wire::Lane lane(ByteView head) const override;
  void serve(wire::Application& application, wire::Exchange& exchange, unsigned thread) override;

 private:
  class Impl;
  explicit Service(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace azekura::hsm::token
