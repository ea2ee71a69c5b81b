// What must hold of everything that an importer hands over, whatever it read.
#pragma once

#include <cstdlib>
#include <string>

#include "scanner/advisories/fields.h"
#include "scanner/advisories/importer.h"

namespace azekura::scanner::advisories {

class CheckingSink : public AdvisorySink {
 public:
  void add(Advisory advisory) override {
    require(!advisory.id.empty());
    require(advisory.references.size() <= kReferencesMax);
    for (const Affected& claim : advisory.affected) {
      require(!claim.name.empty());
      require(claim.state != State::kFixed || !claim.ranges.empty());
      for (const AffectedRange& range : claim.ranges) {
        require(range.end.empty() == (range.end_kind == AffectedRange::End::kNone));
      }
    }
  }
  void add(CweName) override {}
  void add(ProductName) override {}
  void add(ComponentCpe) override {}
  void add(ReleaseLife) override {}
  void add(JavaScriptSignature) override {}
  void bad_record(std::string name, Error why) override {
    require(!name.empty() && !why.message.empty());
  }

 private:
  static void require(bool holds) {
    if (!holds) std::abort();
  }
};

}  // namespace azekura::scanner::advisories
