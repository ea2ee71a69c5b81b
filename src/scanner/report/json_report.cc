#include "scanner/report/json_report.h"

#include "scanner/match/priority.h"
#include "scanner/report/actions.h"
#include "scanner/report/processes.h"
#include "scanner/report/proof_words.h"
#include "scanner/terms/purl.h"

namespace azekura::scanner::report {
namespace {

using inventory::Component;
using inventory::Inventory;
using match::Finding;

std::string_view name_of(match::Verdict verdict) {
  switch (verdict) {
    case match::Verdict::kClean:
      return "clean";
    case match::Verdict::kFindings:
      return "findings";
    case match::Verdict::kNotJudged:
      return "not-judged";
  }
  return "not-judged";
}

std::string_view name_of(CvssVersion version) {
  switch (version) {
    case CvssVersion::kV2:
      return "2.0";
    case CvssVersion::kV30:
      return "3.0";
    case CvssVersion::kV31:
      return "3.1";
    case CvssVersion::kV40:
      return "4.0";
  }
  return "3.1";
}

std::string_view name_of(Exploit::Kind kind) {
  switch (kind) {
    case Exploit::Kind::kExploitDb:
      return "exploit-db";
    case Exploit::Kind::kMetasploit:
      return "metasploit";
    case Exploit::Kind::kProofOfConcept:
      return "proof-of-concept";
  }
  return "exploit-db";
}

class Writer {
 public:
  Writer(JsonWriter& json, const match::Report& report, const Inventory& inventory,
         const Database& database, Language language)
      : json_(json),
        report_(report),
        inventory_(inventory),
        database_(database),
        language_(language) {}

  void write(const rules::RuleSet* rules) {
    json_.begin_object()
        .member("format", kReportFormat)
        .member("asset", inventory_.asset)
        .member("when", timestamp_of(report_.when))
        .member("verdict", name_of(report_.verdict));
    host();
    database();
    actions();
    findings();
    ignored();
    gaps();
    if (rules != nullptr) stale_rules(*rules);
    files();
    json_.end();
  }

 private:
  void host() {
    if (inventory_.distribution) {
      const auto& distribution = *inventory_.distribution;
      json_.key("distribution")
          .begin_object()
          .text_member("id", distribution.id)
          .text_member("version", distribution.version)
          .text_member("name", distribution.name)
          .end();
    }
    if (inventory_.kernel) {
      const auto& kernel = *inventory_.kernel;
      json_.key("kernel")
          .begin_object()
          .text_member("running", kernel.release)
          .text_member("package", kernel.package)
          .member("reboot_needed", kernel.reboot_needed)
          .end();
    }
    processes();
    json_.member("components", std::uint64_t{inventory_.components.size()})
        .member("components_judged", std::uint64_t{report_.components_judged});
  }

  void processes() {
    const auto at_risk = processes_at_risk(report_, inventory_);
    if (at_risk.empty()) return;
    json_.key("processes").begin_array();
    for (const ProcessAtRisk& each : at_risk) {
      json_.begin_object()
          .member("pid", std::uint64_t{each.process->pid})
          .member("name", each.process->name)
          .key("packages")
          .begin_array();
      for (const std::string_view package : each.packages) json_.value(package);
      json_.end().key("listens").begin_array();
      for (const std::string& address : each.process->listens) json_.value(address);
      json_.end().member("restart_needed", !each.process->deleted.empty()).end();
    }
    json_.end();
  }

  void database() {
    json_.key("database");
    json_.begin_object()
        .member("digest", "sha256:" + database_.digest())
        .member("built", timestamp_of(database_.built()))
        .key("sources");
    write_sources(json_, database_);
    json_.end();
  }

  void actions() {
    json_.key("actions").begin_array();
    for (const Action& action : actions_of(report_, inventory_, database_)) {
      json_.begin_object()
          .member("package", action.package)
          .member("ecosystem", scanner::name_of(action.ecosystem))
          .text_member("installed", action.installed)
          .text_member("upgrade_to", action.target)
          .member("state", scanner::name_of(action.state))
          .text_member("location", action.location)
          .member("to_check", action.to_check)
          .member("priority", action.priority)
          .member("problems", action.problems)
          .member("known_exploited", action.known_exploited)
          .key("components")
          .begin_array();
      for (const std::uint32_t index : action.components) {
        json_.value(inventory_.components[index].name);
      }
      json_.end().key("findings").begin_array();
      for (const Finding* finding : action.findings) {
        json_.value(finding_id(*finding, inventory_, database_));
      }
      json_.end().end();
    }
    json_.end();
  }

  void findings() {
    json_.key("findings").begin_array();
    for (const Finding& finding : report_.findings) {
      json_.begin_object();
      members(finding);
      json_.end();
    }
    json_.end();
  }

  void ignored() {
    json_.key("ignored").begin_array();
    for (const match::Ignored& ignored : report_.ignored) {
      json_.begin_object();
      members(ignored.finding);
      json_.key("rule")
          .begin_object()
          .member("source", ignored.rule->source)
          .text_member("reason", ignored.rule->reason)
          .text_member("justification", ignored.rule->justification)
          .text_member("owner", ignored.rule->owner)
          .text_member("expires", day_of(ignored.rule->expires))
          .end()
          .end();
    }
    json_.end();
  }

  void members(const Finding& finding) {
    const Component& component = inventory_.components[finding.component];
    const ProblemView problem = database_.problem(finding.problem);
    json_.member("id", finding_id(finding, inventory_, database_))
        .member("problem", problem.id)
        .key("aliases")
        .begin_array();
    for (const std::string_view alias : problem.aliases) json_.value(alias);
    json_.end();
    this->component(component);
    json_.member("state", scanner::name_of(finding.state))
        .text_member("fixed_version", database_.version_text(finding.fixed))
        .text_member("advisory", finding.claim == nullptr ? std::string_view()
                                                          : database_.advisory_of(*finding.claim))
        .member("severity", scanner::name_of(finding.severity))
        .member("route", match::name_of(finding.route))
        .member("confidence", int{finding.confidence})
        .member("running", finding.running);
    priority(finding);
    evidence(finding);
    knowledge(problem);
    text(finding.problem);
  }

  void component(const Component& component) {
    EcosystemRelease where{component.ecosystem, {}};
    if (inventory_.distribution &&
        inventory_.distribution->release.ecosystem == component.ecosystem) {
      where.release = inventory_.distribution->release.release;
    }
    json_.key("component")
        .begin_object()
        .member("ecosystem", scanner::name_of(component.ecosystem))
        .member("name", component.name)
        .member("version", component.version)
        .text_member("source_name", component.source_name)
        .text_member("source_version", component.source_version)
        .text_member("architecture", component.architecture)
        .text_member("module_stream", component.module_stream)
        .text_member("location", component.location)
        .text_member("layer", component.layer)
        .member("evidence", inventory::name_of(component.evidence));
    if (component.ecosystem != Ecosystem::kUnknown && component.ecosystem != Ecosystem::kCpe) {
      json_.member("purl", to_string(make_purl(where, component.name, component.version)));
    }
    json_.text_member("cpe", component.cpe).end();
  }

  void priority(const Finding& finding) {
    json_.key("priority").begin_object().member("points", int{finding.priority}).key("reasons");
    json_.begin_object();
    for (const match::PriorityPart& part : match::priority_parts(finding, database_)) {
      json_.member(match::name_of(part.reason), part.points);
    }
    json_.end().end();
  }

  void evidence(const Finding& finding) {
    if (finding.claim == nullptr) return;
    const RecordView record = database_.record(finding.claim->record);
    const auto sources = database_.sources();
    json_.key("row").begin_object().member("record", record.id);
    if (record.source < sources.size()) {
      json_.member("source", sources[record.source].name)
          .text_member("source_date", day_of(sources[record.source].date));
    }
    json_.text_member("affected_from", database_.version_text(finding.claim->introduced))
        .text_member("affected_to", database_.version_text(finding.claim->end))
        .text_member("note", database_.note_of(*finding.claim))
        .text_member("link", database_.record_link(finding.claim->record))
        .end();
  }

  void knowledge(const ProblemView& problem) {
    json_.key("scores").begin_array();
    for (const ScoreView& score : problem.scores) {
      json_.begin_object()
          .member("source", score.source)
          .member("cvss", name_of(score.version))
          .member("score", score.score)
          .text_member("vector", score.vector)
          .end();
    }
    json_.end();
    if (problem.epss) {
      json_.key("epss")
          .begin_object()
          .member("probability", problem.epss->probability)
          .member("percentile", problem.epss->percentile)
          .text_member("model", problem.epss->model)
          .text_member("date", day_of(problem.epss->date))
          .end();
    }
    if (problem.ssvc) {
      json_.key("ssvc")
          .begin_object()
          .text_member("exploitation", problem.ssvc->exploitation)
          .text_member("automatable", problem.ssvc->automatable)
          .text_member("technical_impact", problem.ssvc->technical_impact)
          .end();
    }
    if (!problem.known_exploited.empty()) known_exploited(problem);
    if (!problem.exploits.empty()) exploits(problem);
    if (!problem.cwes.empty()) {
      json_.key("cwes").begin_array();
      for (const std::string_view cwe : problem.cwes) json_.value(cwe);
      json_.end();
    }
  }

  void known_exploited(const ProblemView& problem) {
    json_.key("known_exploited").begin_array();
    for (const KnownExploited& entry : problem.known_exploited) {
      json_.begin_object()
          .member("catalogue", entry.catalogue)
          .text_member("added", day_of(entry.added))
          .text_member("due", day_of(entry.due))
          .member("ransomware", entry.ransomware)
          .end();
    }
    json_.end();
  }

  void exploits(const ProblemView& problem) {
    json_.key("exploits").begin_array();
    for (const Exploit& exploit : problem.exploits) {
      json_.begin_object().member("kind", name_of(exploit.kind)).member("id", exploit.id).end();
    }
    json_.end();
  }

  // Japanese if there is one and it is wanted, else English.
  void text(ProblemId problem) {
    auto text = database_.problem_text(problem, language_);
    if (!text && language_ != Language::kEnglish) {
      text = database_.problem_text(problem, Language::kEnglish);
    }
    if (!text) return;
    json_.text_member("title", text->title).text_member("text_source", text->source);
    json_.text_member("text_link", text->link);
  }

  void gaps() {
    json_.key("not_judged").begin_array();
    for (const match::Gap& gap : report_.gaps) {
      json_.begin_object()
          .member("kind", match::name_of(gap.kind))
          .text_member("subject", gap.subject)
          .member("count", gap.count)
          .text_member("detail", gap.detail)
          .text_member("since", day_of(gap.since))
          .text_member("until", day_of(gap.until))
          .member("message", sentence_for(gap, report_.when, language_))
          .end();
    }
    json_.end();
  }

  void stale_rules(const rules::RuleSet& rules) {
    json_.key("unused_rules").begin_array();
    for (const rules::Rule* rule : rules.unused()) json_.value(rule->source);
    json_.end().key("expired_rules").begin_array();
    for (const rules::Rule* rule : rules.expired(report_.when)) json_.value(rule->source);
    json_.end();
  }

  void files() {
    json_.key("files").begin_array();
    for (const inventory::ReadFile& file : inventory_.files) {
      json_.begin_object()
          .member("location", file.location)
          .member("format", file.format)
          .member("components", file.components)
          .end();
    }
    json_.end();
  }

  JsonWriter& json_;
  const match::Report& report_;
  const Inventory& inventory_;
  const Database& database_;
  const Language language_;
};

}  // namespace

void write_report(JsonWriter& json, const match::Report& report, const Inventory& inventory,
                  const Database& database, const rules::RuleSet* rules, Language language) {
  Writer(json, report, inventory, database, language).write(rules);
}

namespace {

std::string_view name_of(match::Proof::Conclusion conclusion) {
  using Conclusion = match::Proof::Conclusion;
  switch (conclusion) {
    case Conclusion::kAffected:
      return "affected";
    case Conclusion::kReported:
      return "reported";
    case Conclusion::kRuleRemoves:
      return "removed-by-rule";
    case Conclusion::kNothingSays:
      return "no-row";
    case Conclusion::kNoRowHolds:
      return "no-row-holds";
  }
  return "no-row";
}

void write_step(JsonWriter& json, const match::ProofStep& step) {
  json.begin_object()
      .member("source", step.source)
      .text_member("source_date", day_of(step.source_date))
      .member("record", step.record)
      .text_member("advisory", step.advisory)
      .member("ecosystem", scanner::name_of(step.where.ecosystem))
      .text_member("release", step.where.release)
      .member("package", step.package)
      .member("state", scanner::name_of(step.state))
      .text_member("qualifier", step.qualifier)
      .text_member("note", step.note)
      .member("needs_subscription", step.subscription)
      .key("affected")
      .begin_array();
  for (const match::ProofStep::Interval& interval : step.intervals) {
    json.begin_object();
    json.text_member(interval.from_exclusive ? "after" : "from", interval.from);
    if (!interval.single) {
      json.text_member(interval.to_inclusive ? "up_to" : "before", interval.to);
    }
    json.member("single", interval.single).end();
  }
  json.end().member("intervals_left_out", std::uint64_t{step.more});
  json.key("comparisons").begin_array();
  for (const match::Comparison& comparison : step.comparisons) {
    json.begin_object()
        .member("installed", comparison.installed)
        .member("order", std::string(1, comparison.sign))
        .member("other", comparison.other)
        .member("scheme", comparison.scheme)
        .end();
  }
  json.end().text_member("set_aside", set_aside_words(step, Language::kEnglish));
  json.member("holds", step.holds).end();
}

}  // namespace

void write_proof(JsonWriter& json, const match::Proof& proof) {
  json.begin_object()
      .member("problem", proof.problem)
      .member("conclusion", name_of(proof.conclusion))
      .text_member("component", proof.component)
      .text_member("version", proof.version)
      .text_member("fixed_version", proof.fixed)
      .text_member("rule", proof.rule)
      .key("steps")
      .begin_array();
  for (const match::ProofStep& step : proof.steps) write_step(json, step);
  json.end().end();
}

void write_sources(JsonWriter& json, const Database& database) {
  json.begin_array();
  for (const SourceInfo& source : database.sources()) {
    json.begin_object()
        .member("name", source.name)
        .text_member("origin", source.origin)
        .text_member("date", day_of(source.date))
        .text_member("fetched", timestamp_of(source.fetched))
        .member("digest", "sha256:" + source.digest)
        .member("files", source.files)
        .member("records", source.records)
        .member("bad_records", source.bad_records)
        .text_member("failure", source.failure)
        .end();
  }
  json.end();
}

}  // namespace azekura::scanner::report
