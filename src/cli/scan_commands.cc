#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/scan.h"
#include "scanner/document/files.h"
#include "scanner/feeds/places.h"
#include "scanner/feeds/sources.h"
#include "scanner/feeds/update.h"
#include "scanner/match/judge.h"
#include "scanner/report/actions.h"
#include "scanner/report/json_report.h"
#include "scanner/report/terminal.h"

namespace azekura::cli {
namespace {

namespace feeds = scanner::feeds;
namespace match = scanner::match;
namespace report = scanner::report;
using report::Message;

constexpr std::uint64_t kSourcesSizeMax = std::uint64_t{1} << 20;

struct UpdateCommandOptions {
  std::string folder;
  std::string language;
  std::string from;
  std::vector<std::string> only;
  bool json = false;
};

struct ExplainOptions : ScanOptions {
  std::string what;
  bool why_not = false;
};

struct SourcesOptions {
  std::string folder;
  std::string language;
  bool print = false;
  bool json = false;
};

// A document on stdout, piece by piece; the first failed write is remembered.
class Stdout {
 public:
  JsonWriter::Sink sink() {
    return [this](std::string_view piece) {
      buffer_.append(piece);
      if (buffer_.size() >= kBufferSize) flush();
    };
  }
  Status finish() {
    buffer_.push_back('\n');
    flush();
    return status_;
  }

 private:
  static constexpr std::size_t kBufferSize = std::size_t{1} << 16;
  void flush() {
    if (status_) status_ = print_text(buffer_);
    buffer_.clear();
  }
  std::string buffer_;
  Status status_;
};

const scanner::rules::RuleSet* rules_of(const Scan& scan) {
  return scan.rules ? &*scan.rules : nullptr;
}

int exit_status_of(match::Verdict verdict) {
  switch (verdict) {
    case match::Verdict::kClean:
      return 0;
    case match::Verdict::kFindings:
      return kExitFindings;
    case match::Verdict::kNotJudged:
      return kExitNotJudged;
  }
  return kExitNotJudged;
}

// Columns of the terminal that stdout is; 0: it is none.
std::size_t terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

Status scan(const ScanOptions& options, int& exit_status) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Scan> scan, run_scan(options));
  if (!options.vex_out.empty()) RETURN_IF_ERROR(write_vex(*scan, options.vex_out));
  if (options.json) {
    Stdout out;
    JsonWriter json(out.sink());
    report::write_report(json, scan->report, scan->inventory, scan->database, rules_of(*scan),
                         scan->language);
    RETURN_IF_ERROR(out.finish());
  } else {
    RETURN_IF_ERROR(print_text(report::terminal_report(scan->report, scan->inventory,
                                                       scan->database, rules_of(*scan),
                                                       {.language = scan->language,
                                                        .all = options.all,
                                                        .is_host = options.path.empty(),
                                                        .width = terminal_width()})));
  }
  exit_status = exit_status_of(scan->report.verdict);
  return {};
}

// Whether a person who writes `name` means this: also the artifact of a Maven name, or what stands
// last in a path of Go, npm or Composer.
bool is_meant(const scanner::inventory::Component& component, std::string_view name) {
  if (component.name == name || component.source_name == name) return true;
  if (!component.name.ends_with(name) || component.name.size() == name.size()) return false;
  const char before = component.name[component.name.size() - name.size() - 1];
  return before == ':' || before == '/';
}

// "CVE-2024-1234", "CVE-2024-1234@openssl", or a finding's id.
std::vector<const match::Finding*> find_findings(const Scan& scan, const std::string& what) {
  const std::size_t at = what.find('@');
  const std::string problem = what.substr(0, at);
  const std::string package = at == std::string::npos ? "" : what.substr(at + 1);
  const auto id = scan.database.find(problem);
  std::vector<const match::Finding*> found;
  const auto look = [&](const match::Finding& finding) {
    const auto& component = scan.inventory.components[finding.component];
    const bool named =
        id && finding.problem == *id && (package.empty() || is_meant(component, package));
    if (named || report::finding_id(finding, scan.inventory, scan.database) == what) {
      found.push_back(&finding);
    }
  };
  std::for_each(scan.report.findings.begin(), scan.report.findings.end(), look);
  return found;
}

Status print_proofs(const std::vector<match::Proof>& proofs, const ExplainOptions& options,
                    scanner::Language language) {
  if (options.json) {
    Stdout out;
    JsonWriter json(out.sink());
    json.begin_array();
    for (const match::Proof& proof : proofs) report::write_proof(json, proof);
    json.end();
    return out.finish();
  }
  std::string text;
  for (const match::Proof& proof : proofs) text += report::terminal_proof(proof, language);
  return print_text(text);
}

Status explain(const ExplainOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Scan> scan, run_scan(options));
  const std::string name = options.what.substr(0, options.what.find('@'));
  const auto problem = scan->database.find(name);
  std::vector<match::Proof> proofs;
  if (options.why_not) {
    if (!problem) {
      return fail(Code::kNotFound,
                  report::say(scan->language, Message::kNoReasonFound, options.what));
    }
    proofs.push_back(match::explain_not(scan->inventory, scan->database, scan->report, *problem));
    return print_proofs(proofs, options, scan->language);
  }
  for (const match::Finding* finding : find_findings(*scan, options.what)) {
    proofs.push_back(match::explain(scan->inventory, scan->database, *finding));
  }
  if (proofs.empty()) {
    const scanner::Language language = scan->language;
    return fail(Code::kNotFound, report::say(language, Message::kNotAmongFindings, options.what),
                problem ? report::say(language, Message::kExplainNotHint, name) : std::string());
  }
  return print_proofs(proofs, options, scan->language);
}

Result<feeds::SourceList> load_sources(const std::string& folder) {
  const std::string path = feeds::sources_path(folder);
  if (path.empty()) return feeds::parse_sources(feeds::built_in_sources());
  ASSIGN_OR_RETURN(const std::string octets, scanner::read_data_file(path, kSourcesSizeMax));
  auto list = feeds::parse_sources(octets);
  if (!list) return fail(list.error().code, fmt::format("{}: {}", path, list.error().message));
  return list;
}

std::string folder_of(const std::string& folder) {
  return folder.empty() ? feeds::default_folder() : folder;
}

std::string_view words_for(feeds::SourceOutcome::What what, scanner::Language language) {
  using What = feeds::SourceOutcome::What;
  switch (what) {
    case What::kFetched:
      return text_of(Message::kFetched, language);
    case What::kUnchanged:
      return text_of(Message::kUnchanged, language);
    case What::kKept:
      return text_of(Message::kKept, language);
    case What::kFailed:
      return text_of(Message::kFailed, language);
  }
  return {};
}

std::string_view name_of(feeds::SourceOutcome::What what) {
  using What = feeds::SourceOutcome::What;
  switch (what) {
    case What::kFetched:
      return "fetched";
    case What::kUnchanged:
      return "unchanged";
    case What::kKept:
      return "kept";
    case What::kFailed:
      return "failed";
  }
  return "failed";
}

Status print_outcome(const feeds::UpdateOutcome& outcome, const UpdateCommandOptions& options,
                     scanner::Language language) {
  if (options.json) {
    Stdout out;
    JsonWriter json(out.sink());
    json.begin_object().key("sources").begin_array();
    for (const feeds::SourceOutcome& source : outcome.sources) {
      json.begin_object()
          .member("name", source.name)
          .member("what", name_of(source.what))
          .member("octets", source.octets)
          .text_member("why", source.why)
          .end();
    }
    json.end().member("rebuilt", outcome.rebuilt);
    json.member("database_octets", outcome.database_octets).end();
    return out.finish();
  }
  std::vector<std::vector<std::string>> rows;
  for (const scanner::SourceInfo& source : outcome.imported) {
    rows.push_back({source.name, report::day_of(source.date), std::to_string(source.records),
                    std::to_string(source.bad_records),
                    report::shortened(source.failure, report::kCellWidthMax)});
  }
  const auto head = [&](Message message) { return std::string(text_of(message, language)); };
  std::string text = table({head(Message::kHeadSource), head(Message::kHeadDataOf),
                            head(Message::kHeadRecords), head(Message::kHeadBad), ""},
                           rows);
  text += report::say(language, outcome.rebuilt ? Message::kDatabaseSize : Message::kNothingChanged,
                      size_text(static_cast<double>(outcome.database_octets)));
  return print_text(text + "\n");
}

// One bar a step; its name is the source that was at work when it was first shown.
class UpdateBar {
 public:
  explicit UpdateBar(scanner::Language language) : language_(language) {}

  void show(const feeds::UpdateProgress& progress) {
    using Step = feeds::UpdateProgress::Step;
    const Message what = progress.step == Step::kImport ? Message::kImporting : Message::kFetching;
    if (!bar_ || progress.step != step_) {
      bar_.reset();
      step_ = progress.step;
      bar_.emplace("", std::nullopt, step_ == Step::kImport ? Unit::kFiles : Unit::kOctets);
    }
    bar_->rename(printable(report::say(language_, what, progress.source)));
    bar_->show(progress.done);
  }
  void end() { bar_.reset(); }

 private:
  const scanner::Language language_;
  feeds::UpdateProgress::Step step_{};
  std::optional<Progress> bar_;
};

Status update(const UpdateCommandOptions& options) {
  const std::string folder = folder_of(options.folder);
  ASSIGN_OR_RETURN(const scanner::Language language, language_of(options.language));
  ASSIGN_OR_RETURN(const feeds::SourceList list, load_sources(folder));
  feeds::UpdateOptions update{.folder = folder, .from = options.from, .only = options.only};
  UpdateBar bar(language);
  update.progress = [&](const feeds::UpdateProgress& progress) { bar.show(progress); };
  const auto outcome = feeds::update(list, update);
  bar.end();
  if (!outcome) return tl::make_unexpected(outcome.error());
  RETURN_IF_ERROR(print_outcome(*outcome, options, language));
  std::size_t failed = 0;
  for (const feeds::SourceOutcome& source : outcome->sources) {
    if (source.why.empty()) continue;
    ++failed;
    say(printable(
        fmt::format("{}: {}: {}", source.name, words_for(source.what, language), source.why)));
  }
  const std::size_t asked = options.only.empty() ? outcome->sources.size() : options.only.size();
  if (failed < asked) return {};
  return fail(Code::kUnavailable, report::say_count(language, Message::kNothingFresh, asked),
              report::say(language, Message::kNetworkHint));
}

Status show_sources(const SourcesOptions& options) {
  if (options.print) return print_text(feeds::built_in_sources());
  ASSIGN_OR_RETURN(const scanner::Language language, language_of(options.language));
  ASSIGN_OR_RETURN(const scanner::Database database, open_database(options.folder, language));
  if (options.json) {
    Stdout out;
    JsonWriter json(out.sink());
    report::write_sources(json, database);
    return out.finish();
  }
  return print_text(report::terminal_sources(database, language));
}

void add_scan_options(CLI::App& command, ScanOptions& options) {
  command.add_option(
      "--data", options.folder,
      "Folder of the advisories (default: $AZEKURA_SCANNER, else yours or the machine's)");
  command.add_option("--lang", options.language, "Language: ja or en (default: the locale's)");
  // One value each time: what follows may be the path.
  command
      .add_option("--rules", options.rules,
                  "File of rules or VEX: OpenVEX, CSAF, CycloneDX, .trivyignore, Grype, "
                  "OSV-Scanner, Dependency-Check (may be given again)")
      ->allow_extra_args(false);
  command
      .add_option("--declare", options.declared,
                  "What no package manager knows: nginx@1.25.3, a CPE or a purl (may be given "
                  "again)")
      ->allow_extra_args(false);
  command.add_option("--declared", options.declared_file,
                     "TOML file of [[declare]] tables (default: PATH/azekura-scan.toml, or "
                     "/etc/azekura/scan.toml for the host)");
  command.add_flag("--production", options.production,
                   "Leave out what is only needed to build and test");
  command.add_flag("--processes", options.processes,
                   "Also look which processes use what (as root: of everybody)");
  command.add_flag("--json", options.json, "Print JSON");
}

void add_explain(CLI::App& scan, Work& work) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = scan.add_subcommand("explain", "Say why something was found, or why not");
  command
      ->add_option("FINDING", options->what,
                   "CVE-2024-1234, CVE-2024-1234@openssl, or a finding's id")
      ->required();
  command->add_flag("--not", options->why_not, "Why it was not found");
  command->add_option("PATH,--path", options->path, "What was scanned (default: this host)");
  add_scan_options(*command, *options);
  command->footer(
      example("  azekura scan explain CVE-2024-5535\n"
              "  azekura scan explain CVE-2024-3094 --not"));
  command->callback([options, &work] { work = [options] { return explain(*options); }; });
}

void add_update(CLI::App& scan, Work& work) {
  auto options = std::make_shared<UpdateCommandOptions>();
  CLI::App* command = scan.add_subcommand("update", "Fetch the advisories and build the database");
  command->add_option("--data", options->folder, "Folder of the advisories (default: as in scan)");
  command->add_option(
      "--from", options->from,
      "Read a folder of data (files, archives, one folder or archive a source) and fetch nothing");
  command->add_option("--only", options->only, "Only this source (may be given again)");
  command->add_option("--lang", options->language, "Language: ja or en (default: the locale's)");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      example("  azekura scan update\n"
              "  azekura scan update --from /media/usb/advisories\n"
              "  azekura scan sources --print > sources.toml   # then change it"));
  command->callback([options, &work] { work = [options] { return update(*options); }; });
}

void add_sources(CLI::App& scan, Work& work) {
  auto options = std::make_shared<SourcesOptions>();
  CLI::App* command =
      scan.add_subcommand("sources", "Show the sources, their dates and their state");
  command->add_option("--data", options->folder, "Folder of the advisories (default: as in scan)");
  command->add_option("--lang", options->language, "Language: ja or en (default: the locale's)");
  command->add_flag("--print", options->print, "Print the built-in list, to be changed");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      example("  azekura scan sources\n"
              "  azekura scan sources --print | sudo tee /etc/azekura/sources.toml"));
  command->callback([options, &work] { work = [options] { return show_sources(*options); }; });
}

}  // namespace

void add_scan_commands(CLI::App& app, Work& work, int& exit_status) {
  auto options = std::make_shared<ScanOptions>();
  CLI::App* command = app.add_subcommand("scan", "Find known vulnerabilities, and what to upgrade");
  command->add_option("PATH", options->path,
                      "A source tree, a folder, a jar, a lockfile, an SBOM or an image archive "
                      "(default: this host)");
  add_scan_options(*command, *options);
  command->add_flag("--all", options->all, "Show every row");
  command->add_option("--vex-out", options->vex_out,
                      "Write an OpenVEX document of what rules took away and what the sources call "
                      "not affected");
  command->footer(
      example("  azekura scan update            # once, then every day\n"
              "  azekura scan                   # this host\n"
              "  azekura scan ~/src/app\n"
              "  azekura scan image.tar --json") +
      "\n\nExit status: 0 clean, 3 findings, 4 nothing found but not everything was judged; "
      "1 error, 2 wrong usage.");
  add_update(*command, work);
  add_explain(*command, work);
  add_sources(*command, work);
  command->callback([options, command, &work, &exit_status] {
    if (!command->get_subcommands().empty()) return;
    work = [options, &exit_status] { return scan(*options, exit_status); };
  });
}

}  // namespace azekura::cli
