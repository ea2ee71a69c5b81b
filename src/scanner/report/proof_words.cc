#include "scanner/report/proof_words.h"

namespace azekura::scanner::report {
namespace {

using match::Proof;
using match::ProofStep;
using match::SetAside;

std::string interval_words(const ProofStep::Interval& interval, Language language) {
  if (interval.single) return say(language, Message::kOnlyVersion, interval.from);
  std::string text;
  if (!interval.from.empty()) {
    text = say(language, interval.from_exclusive ? Message::kAfterVersion : Message::kFromVersion,
               interval.from);
  }
  if (!interval.to.empty()) {
    if (!text.empty()) text += ' ';
    text += say(language, interval.to_inclusive ? Message::kUpToVersion : Message::kBeforeVersion,
                interval.to);
  }
  return text.empty() ? say(language, Message::kEveryVersion) : text;
}

}  // namespace

std::string conclusion_words(const Proof& proof, Language language) {
  using Conclusion = Proof::Conclusion;
  switch (proof.conclusion) {
    case Conclusion::kAffected: {
      const auto state = words_for(proof.state, language);
      return proof.fixed.empty() ? say(language, Message::kProofAffected, proof.problem,
                                       proof.component, proof.version, state)
                                 : say(language, Message::kProofAffectedFixed, proof.problem,
                                       proof.component, proof.version, state, proof.fixed);
    }
    case Conclusion::kReported:
      return say(language, Message::kProofReported, proof.problem);
    case Conclusion::kRuleRemoves:
      return say(language, Message::kProofRule, proof.problem, proof.rule);
    case Conclusion::kNothingSays:
      return say(language, Message::kProofNothingSays, proof.problem);
    case Conclusion::kNoRowHolds:
      return say(language, Message::kProofNoRowHolds, proof.problem);
  }
  return {};
}

std::string row_words(const ProofStep& step, Language language) {
  std::string text(name_of(step.where.ecosystem));
  if (!step.where.release.empty()) text += ":" + step.where.release;
  if (step.subscription) text += ":Pro";
  text += fmt::format(" {}: {}: ", step.package, words_for(step.state, language));
  for (std::size_t at = 0; at < step.intervals.size(); ++at) {
    text += (at == 0 ? "" : ", ") + interval_words(step.intervals[at], language);
  }
  if (step.more != 0) text += ", " + say(language, Message::kMoreIntervals, step.more);
  if (!step.qualifier.empty()) text += fmt::format(" [{}]", step.qualifier);
  if (!step.note.empty()) text += fmt::format(" ({})", step.note);
  if (!step.advisory.empty()) text += ", " + step.advisory;
  return text;
}

std::string set_aside_words(const ProofStep& step, Language language) {
  switch (step.set_aside) {
    case SetAside::kNo:
      break;
    case SetAside::kOtherEdition:
      return say(language, Message::kSetAsideEdition);
    case SetAside::kOtherStream:
      return say(language, Message::kSetAsideOtherStream);
    case SetAside::kOnlyStream:
      return say(language, Message::kSetAsideOnlyStream);
    case SetAside::kNoStream:
      return say(language, Message::kSetAsideNoStream);
  }
  if (step.void_reason.empty()) return {};
  return say(language, Message::kSetAsideVoid, step.void_reason);
}

std::string comparison_words(const ProofStep& step, const std::string& version, Language language) {
  if (std::string aside = set_aside_words(step, language); !aside.empty()) return aside;
  std::string text;
  for (const match::Comparison& comparison : step.comparisons) {
    if (!text.empty()) text += ", ";
    text += comparison.sign == '?'
                ? say(language, Message::kIncomparable, comparison.installed, comparison.other)
                : fmt::format("{} {} {} ({})", comparison.installed, comparison.sign,
                              comparison.other, comparison.scheme);
  }
  return text.empty() ? say(language, Message::kAnyVersionHolds, version) : text;
}

}  // namespace azekura::scanner::report
