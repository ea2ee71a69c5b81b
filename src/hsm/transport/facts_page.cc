#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <new>

#include "hsm/transport/os.h"
#include "hsm/transport/ring_layout.h"
#include "hsm/transport/server.h"

namespace azekura::hsm::transport {

Result<std::unique_ptr<FactsPage>> FactsPage::create() {
  ASSIGN_OR_RETURN(Fd fd, make_memory_file("azekura-facts", kRingPage));
  ASSIGN_OR_RETURN(Mapping mapping, Mapping::shared(fd.get(), kRingPage, PROT_READ | PROT_WRITE));
  // The daemon's mapping is there, so from now on nobody can make another writable one, nor turn a
  // read-only one writable.
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0)
    return fail_errno("seal the page of facts", errno);
  auto* generations = new (mapping.base()) wire::Generations();
  mapping.leak();
  return std::unique_ptr<FactsPage>(new FactsPage(fd.release(), generations));
}

FactsPage::~FactsPage() {
  ::munmap(static_cast<void*>(generations_), kRingPage);
  ::close(fd_);
}

}  // namespace azekura::hsm::transport
