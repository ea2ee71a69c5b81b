#include "scanner/report/messages.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

namespace azekura::scanner::report {
namespace {

struct Words {
  Message message;
  std::string_view english;
  std::string_view japanese;
};

// In the order of the enumeration; the test holds that.
constexpr std::array kWords = {
    Words{Message::kTitle, "{}: {}", "{}: {}"},
    Words{Message::kTitlePlain, "{}", "{}"},
    Words{Message::kJudged, "{} component judged by data of {}|{} components judged by data of {}",
          "{} 個のコンポーネントを {} 時点のデータで判定しました"},
    Words{Message::kDatabaseBuilt, "database built {}", "データベース作成日 {}"},
    Words{Message::kHeadPriority, "PRIORITY", "優先度"},
    Words{Message::kHeadPackage, "PACKAGE", "パッケージ"},
    Words{Message::kHeadInstalled, "INSTALLED", "現在の版"},
    Words{Message::kHeadUpgradeTo, "UPGRADE TO", "更新先"},
    Words{Message::kHeadFixes, "FIXES", "修正される脆弱性"},
    Words{Message::kHeadWorst, "WORST", "最も深刻なもの"},
    Words{Message::kHeadState, "STATE", "状態"},
    Words{Message::kHeadProblems, "PROBLEMS", "脆弱性"},
    Words{Message::kHeadWhere, "WHERE", "場所"},
    Words{Message::kUpgradeSection, "Upgrade", "更新してください"},
    Words{Message::kNoFixSection, "No fix to install", "修正版がないもの"},
    Words{Message::kToCheckSection, "To be checked by a person (confidence below {})",
          "要確認 (確信度 {} 未満)"},
    Words{Message::kIgnoredSection, "Taken away by rules: {}", "ルールにより除外: {} 件"},
    Words{Message::kIgnoredBy, "{} by {}", "{1}: {0} 件"},
    Words{Message::kGapsSection, "Not judged, or not for certain", "判定できなかったもの"},
    Words{Message::kProcessesSection, "In use", "使用中のプロセス"},
    Words{Message::kHeadProcess, "PROCESS", "プロセス"},
    Words{Message::kHeadUses, "USES", "使用しているパッケージ"},
    Words{Message::kHeadListens, "LISTENS", "待ち受け"},
    Words{Message::kRulesSection, "Rules to look after", "見直しが必要なルール"},
    Words{Message::kFixesCount, "{}", "{} 件"},
    Words{Message::kKnownExploitedCount, "{} ({} known exploited)", "{} 件 (悪用確認済み {} 件)"},
    Words{Message::kMoreHidden, "… and {} more of lower priority (--all shows them)",
          "… ほかに優先度の低いものが {} 件あります (--all で表示)"},
    Words{Message::kClean, "Clean: nothing known is wrong, and everything was judged.",
          "問題ありません: すべてを判定し、既知の脆弱性は見つかりませんでした。"},
    Words{Message::kCleanButRules,
          "Nothing is known to be wrong but what rules take away, and everything was judged.",
          "すべてを判定しました。ルールにより除外したもののほかに、既知の脆弱性はありません。"},
    Words{Message::kFindings, "{} problem in {}; {}.|{} problems in {}; {}.",
          "{1}に {0} 件の脆弱性があります。{2}。"},
    Words{Message::kInComponents, "{} component|{} components", "{} 個のコンポーネント"},
    Words{Message::kUpgradesFix, "{} upgrade fixes {} of them|{} upgrades fix {} of them",
          "{} 件の更新で {} 件が修正されます"},
    Words{
        Message::kNotJudged, "Nothing was found, but not everything was judged: see above.",
        "脆弱性は見つかりませんでしたが、判定できなかったものがあります。上の一覧をご覧ください。"},
    Words{Message::kNothingToUpgrade, "there is nothing to upgrade to",
          "更新できるものはありません"},
    Words{Message::kRebootNeeded, "Reboot: the kernel {} runs, and {} is installed.",
          "再起動が必要です: 実行中のカーネルは {} ですが、{} がインストール済みです。"},
    Words{Message::kUnusedRule, "held for nothing: {}", "一度も該当しませんでした: {}"},
    Words{Message::kExpiredRule, "has expired: {}", "期限が切れています: {}"},
    Words{Message::kHowTo, "To upgrade: {}", "更新するには: {}"},
    Words{Message::kGapNoData, "there are no advisories yet: azekura scan update",
          "脆弱性情報がまだありません: azekura scan update を実行してください"},
    Words{Message::kGapNoFeed,
          "no source speaks of {1} ({0} component)|no source speaks of {1} ({0} components)",
          "{1} を扱う情報源がありません (コンポーネント {0} 個)"},
    Words{Message::kGapEndOfLife, "{} has been out of support since {}",
          "{} のサポートは {} に終了しています"},
    Words{Message::kGapEndOfLifeExtended,
          "{} has been out of free support since {}; support can be bought until {}",
          "{} の無償サポートは {} に終了しています (有償サポートは {} まで)"},
    Words{Message::kGapThirdParty,
          "{} package comes from {}, not from the distribution: {}|"
          "{} packages come from {}, not from the distribution: {} and others",
          "{0} 個のパッケージは {1} のもので、ディストリビューションのものではありません: {2}"},
    Words{Message::kGapUnknownVersion,
          "{1} has no version that can be compared|"
          "{1} has no version that can be compared ({0} times)",
          "{1} の版がわかりません ({0} 個)"},
    Words{Message::kGapUnknownComponent, "it is not known what this is: {}",
          "何であるか特定できません: {}"},
    Words{Message::kGapStaleSource,
          "the source {1} is stale: its data is {0} day old|"
          "the source {1} is stale: its data is {0} days old",
          "情報源 {1} が古くなっています ({0} 日前のデータ)"},
    Words{Message::kGapFailedSource,
          "the source {1} could not be refreshed, its data is {0} day old: {2}|"
          "the source {1} could not be refreshed, its data is {0} days old: {2}",
          "情報源 {1} を更新できませんでした ({0} 日前のデータ): {2}"},
    Words{Message::kGapMissingSource, "the source {} has no data: {}",
          "情報源 {} のデータがありません: {}"},
    Words{Message::kGapStaleKnowledge, "knowledge about exploits, scores and texts is old: {}",
          "悪用状況・スコア・説明文の情報が古くなっています: {}"},
    Words{Message::kGapUnreadable, "could not be read: {}: {}", "読み取れませんでした: {}: {}"},
    Words{Message::kGapIdleKernel, "this kernel does not run, and so was not judged: {} {}",
          "このカーネルは実行されていないため判定していません: {} {}"},
    Words{Message::kGapNoPackages, "nothing was found that could be judged",
          "判定の対象が見つかりませんでした"},
    Words{Message::kGapMore, "… and {} more (--all shows them)", "… ほか {} 件 (--all で表示)"},
    Words{Message::kGapMoreOfKind, "… and {} more like these", "… 同様のものがほか {} 件"},
    Words{Message::kPriorityUrgent, "urgent", "緊急"},
    Words{Message::kPriorityHigh, "high", "高"},
    Words{Message::kPriorityMedium, "medium", "中"},
    Words{Message::kPriorityLow, "low", "低"},
    Words{Message::kSeverityUnknown, "unknown", "不明"},
    Words{Message::kSeverityNone, "none", "なし"},
    Words{Message::kSeverityLow, "low", "注意"},
    Words{Message::kSeverityMedium, "medium", "警告"},
    Words{Message::kSeverityHigh, "high", "重要"},
    Words{Message::kSeverityCritical, "critical", "緊急"},
    Words{Message::kStateFixed, "fix available", "修正版あり"},
    Words{Message::kStateAffected, "no fix yet", "未修正"},
    Words{Message::kStateWontFix, "will not be fixed", "修正予定なし"},
    Words{Message::kStatePostponed, "fix postponed", "修正延期"},
    Words{Message::kStateNotAffected, "not affected", "影響なし"},
    Words{Message::kStateInvestigating, "under investigation", "調査中"},
    Words{Message::kStateEndOfLife, "end of life", "サポート終了"},
    Words{Message::kSource, "{1}: data of {2}, {0} record|{1}: data of {2}, {0} records",
          "{1}: {2} 時点、{0} 件"},
    Words{Message::kSourceNoDay, "{1}: {0} record|{1}: {0} records", "{1}: {0} 件"},
    Words{Message::kBadRecords, "{} record could not be read|{} records could not be read",
          "読み取れなかった記録 {} 件"},
    Words{Message::kProofHolds, "holds", "該当"},
    Words{Message::kProofFails, "does not hold", "非該当"},
    Words{Message::kProofNone, "no row speaks of it", "該当する記録はありません"},
    Words{Message::kProofAffected, "{0} affects {1} {2}: {3}",
          "{1} {2} は {0} の影響を受けます: {3}"},
    Words{Message::kProofAffectedFixed, "{0} affects {1} {2}: {3}, fixed in {4}",
          "{1} {2} は {0} の影響を受けます: {3} ({4} で修正)"},
    Words{Message::kProofReported, "{} is reported.", "{} は検出されています。"},
    Words{Message::kProofRule, "{} is not reported: a rule takes it away: {}",
          "{} はルールにより除外されています: {}"},
    Words{
        Message::kProofNothingSays,
        "{} is not reported: no source says anything about what is installed.",
        "{} は検出されていません: インストール済みのものに関する記録がどの情報源にもありません。"},
    Words{Message::kProofNoRowHolds, "{} is not reported: no row holds for what is installed.",
          "{} は検出されていません: インストール済みのものに該当する記録がありません。"},
    Words{Message::kEveryVersion, "every version", "すべての版"},
    Words{Message::kOnlyVersion, "{}", "{}"},
    Words{Message::kFromVersion, "from {}", "{} 以降"},
    Words{Message::kAfterVersion, "after {}", "{} より後"},
    Words{Message::kBeforeVersion, "before {}", "{} より前"},
    Words{Message::kUpToVersion, "up to {}", "{} 以前"},
    Words{Message::kMoreIntervals, "and {} more", "ほか {} 件"},
    Words{Message::kIncomparable, "{} and {} can't be compared", "{} と {} は比較できません"},
    Words{Message::kAnyVersionHolds, "{} is one of them", "{} も含まれます"},
    Words{Message::kSetAsideEdition, "set aside: another edition or platform",
          "対象外: 別のエディションまたはプラットフォーム"},
    Words{Message::kSetAsideOtherStream, "set aside: another module stream",
          "対象外: 別のモジュールストリーム"},
    Words{Message::kSetAsideOnlyStream, "set aside: only for a module stream",
          "対象外: モジュールストリームのみが対象"},
    Words{Message::kSetAsideNoStream, "set aside: not for a module stream",
          "対象外: モジュールストリームは対象ではありません"},
    Words{Message::kSetAsideVoid, "set aside: the record is {}", "対象外: この記録は無効です ({})"},
    Words{Message::kNoReasonFound, "{} is not known to any source",
          "{} はどの情報源にもありません"},
    Words{Message::kHeadSource, "SOURCE", "情報源"},
    Words{Message::kHeadDataOf, "DATA OF", "データの日付"},
    Words{Message::kHeadRecords, "RECORDS", "件数"},
    Words{Message::kHeadBad, "BAD", "不良"},
    Words{Message::kDatabaseSize, "database: {}", "データベース: {}"},
    Words{Message::kNothingChanged, "nothing has changed; database: {}",
          "変更はありません。データベース: {}"},
    Words{Message::kFetched, "fetched", "取得しました"},
    Words{Message::kUnchanged, "unchanged", "変更なし"},
    Words{Message::kKept, "not refreshed, the old data stays",
          "更新できないため、以前のデータを使います"},
    Words{Message::kFailed, "no data", "データがありません"},
    Words{Message::kFetching, "fetching {}", "取得中 {}"},
    Words{Message::kImporting, "importing {}", "取り込み中 {}"},
    Words{Message::kReading, "reading {}", "読み取り中 {}"},
    Words{
        Message::kNothingFresh,
        "the source that was asked could not be refreshed|"
        "none of the {} sources that were asked could be refreshed",
        "対象の情報源を更新できませんでした|対象の情報源 {} 件のうち、更新できたものはありません"},
    Words{Message::kNetworkHint,
          "is the network up? On a machine without one: azekura scan update --from DIR",
          "ネットワークを確認してください。ない場合: azekura scan update --from DIR"},
    Words{Message::kNotSpoken, "{} is not spoken here", "{} には対応していません"},
    Words{Message::kSpokenHint, "--lang ja or --lang en",
          "--lang ja または --lang en を指定してください"},
    Words{Message::kNoAdvisories, "there are no advisories in {} yet",
          "{} に脆弱性情報がまだありません"},
    Words{Message::kNoAdvisoriesHint,
          "azekura scan update (from the network), or azekura scan update --from DIR",
          "azekura scan update (ネットワークから)、または azekura scan update --from DIR"},
    Words{Message::kRebuildHint,
          "azekura scan update builds it anew, or azekura scan update --from DIR",
          "azekura scan update、または azekura scan update --from DIR で作り直せます"},
    Words{Message::kRuleNotTaken, "{}: not taken over: {}", "{}: 取り込めませんでした: {}"},
    Words{Message::kNotAmongFindings, "{} is not among the findings", "{} は検出結果にありません"},
    Words{Message::kExplainNotHint, "azekura scan explain {} --not says why",
          "azekura scan explain {} --not で理由がわかります"},
    Words{Message::kNothingToState, "there is nothing to state: {} was not written",
          "記載する内容がないため、{} は書き出していません"},
    Words{Message::kVexWritten, "{} statement written to {}|{} statements written to {}",
          "{} 件の宣言を {} に書き出しました"},
    // In a document for others: the same in every language.
    Words{Message::kVexSetAside, "set aside by {}", "set aside by {}"},
    Words{Message::kVexSourceSays, "{} says so in {}", "{} says so in {}"},
};
static_assert(kWords.size() == static_cast<std::size_t>(Message::kCount));

constexpr bool in_order() {
  for (std::size_t at = 0; at < kWords.size(); ++at) {
    if (kWords[at].message != static_cast<Message>(at)) return false;
  }
  return true;
}
static_assert(in_order());

constexpr Time kDay_s = 24 * 3600;

std::string formatted(Time time, const char* format) {
  const std::time_t seconds = time;
  std::tm parts{};
  if (time == 0 || gmtime_r(&seconds, &parts) == nullptr) return {};
  return fmt::format(fmt::runtime(format), parts);
}

}  // namespace

std::string_view text_of(Message message, Language language) {
  const Words& words = kWords.at(static_cast<std::size_t>(message));
  return language == Language::kJapanese ? words.japanese : words.english;
}

std::string_view form_for(std::string_view text, std::uint64_t count) {
  const std::size_t bar = text.find('|');
  if (bar == std::string_view::npos) return text;
  return count == 1 ? text.substr(0, bar) : text.substr(bar + 1);
}

std::string_view words_for(Severity severity, Language language) {
  const auto first = static_cast<std::size_t>(Message::kSeverityUnknown);
  return text_of(static_cast<Message>(first + static_cast<std::size_t>(severity)), language);
}

std::string_view words_for(State state, Language language) {
  switch (state) {
    case State::kFixed:
      return text_of(Message::kStateFixed, language);
    case State::kAffected:
      return text_of(Message::kStateAffected, language);
    case State::kWontFix:
      return text_of(Message::kStateWontFix, language);
    case State::kPostponed:
      return text_of(Message::kStatePostponed, language);
    case State::kNotAffected:
      return text_of(Message::kStateNotAffected, language);
    case State::kInvestigating:
      return text_of(Message::kStateInvestigating, language);
    case State::kEndOfLife:
      return text_of(Message::kStateEndOfLife, language);
  }
  return {};
}

std::string_view priority_words(int priority, Language language) {
  if (priority >= match::kPriorityUrgent) return text_of(Message::kPriorityUrgent, language);
  if (priority >= match::kPriorityHigh) return text_of(Message::kPriorityHigh, language);
  if (priority >= match::kPriorityMedium) return text_of(Message::kPriorityMedium, language);
  return text_of(Message::kPriorityLow, language);
}

std::string sentence_for(const match::Gap& gap, Time now, Language language) {
  using Kind = match::Gap::Kind;
  switch (gap.kind) {
    case Kind::kNoData:
      return say(language, Message::kGapNoData);
    case Kind::kNoFeed:
      return say_count(language, Message::kGapNoFeed, gap.count, gap.subject);
    case Kind::kEndOfLife:
      return gap.until == 0 ? say(language, Message::kGapEndOfLife, gap.subject, day_of(gap.since))
                            : say(language, Message::kGapEndOfLifeExtended, gap.subject,
                                  day_of(gap.since), day_of(gap.until));
    case Kind::kThirdParty:
      return say_count(language, Message::kGapThirdParty, gap.count, gap.subject, gap.detail);
    case Kind::kUnknownVersion:
      return say_count(language, Message::kGapUnknownVersion, gap.count, gap.subject);
    case Kind::kUnknownComponent:
      return say(language, Message::kGapUnknownComponent,
                 gap.detail.empty() ? gap.subject : gap.subject + ": " + gap.detail);
    case Kind::kStaleSource: {
      if (gap.since == 0) {
        return say(language, Message::kGapMissingSource, gap.subject, gap.detail);
      }
      const auto days = static_cast<std::uint64_t>(std::max<Time>(0, now - gap.since) / kDay_s);
      return gap.detail.empty()
                 ? say_count(language, Message::kGapStaleSource, days, gap.subject)
                 : say_count(language, Message::kGapFailedSource, days, gap.subject, gap.detail);
    }
    case Kind::kStaleKnowledge:
      return say(language, Message::kGapStaleKnowledge, gap.subject);
    case Kind::kUnreadable:
      return say(language, Message::kGapUnreadable, gap.subject, gap.detail);
    case Kind::kIdleKernel:
      return say(language, Message::kGapIdleKernel, gap.subject, gap.detail);
    case Kind::kNoPackages:
      return say(language, Message::kGapNoPackages);
  }
  return {};
}

std::optional<Language> parse_language(std::string_view tag) {
  tag = tag.substr(0, tag.find_first_of("._-@"));
  if (tag == "ja") return Language::kJapanese;
  if (tag == "en" || tag == "C" || tag == "POSIX" || tag.empty()) return Language::kEnglish;
  return std::nullopt;
}

Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') {
      return parse_language(value).value_or(Language::kEnglish);
    }
  }
  return Language::kEnglish;
}

std::string day_of(Time time) { return formatted(time, "{:%Y-%m-%d}"); }
std::string timestamp_of(Time time) { return formatted(time, "{:%Y-%m-%dT%H:%M:%SZ}"); }

}  // namespace azekura::scanner::report
