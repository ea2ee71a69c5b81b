#include "scanner/rules/open_vex.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/json_writer.h"
#include "scanner/rules/dates.h"
#include "scanner/terms/purl.h"

namespace azekura::scanner::rules {
namespace {

constexpr std::array<std::string_view, 5> kJustifications{
    "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"};

std::string_view status_of(State state) {
  switch (state) {
    case State::kNotAffected:
      return "not_affected";
    case State::kFixed:
      return "fixed";
    case State::kInvestigating:
      return "under_investigation";
    case State::kAffected:
    case State::kWontFix:
    case State::kPostponed:
    case State::kEndOfLife:
      return "affected";
  }
  return "affected";
}

// OpenVEX wants an action for all that is affected.
std::string action_of(const Statement& statement) {
  if (!statement.action.empty()) return statement.action;
  if (statement.state == State::kWontFix || statement.state == State::kEndOfLife)
    return "There will be no fix.";
  return "There is no fix yet.";
}

Status check(const Statement& statement) {
  if (statement.id.empty()) return fail(Code::kInvalid, "a statement needs the id of a problem");
  for (const std::string* purl : {&statement.product}) {
    if (auto parsed = parse_purl(*purl); !parsed)
      return tl::make_unexpected(std::move(parsed).error());
  }
  for (const std::string& purl : statement.subcomponents) {
    if (auto parsed = parse_purl(purl); !parsed)
      return tl::make_unexpected(std::move(parsed).error());
  }
  const bool known = std::find(kJustifications.begin(), kJustifications.end(),
                               statement.justification) != kJustifications.end();
  if (!statement.justification.empty() && !known) {
    return fail(Code::kInvalid, "not a justification of OpenVEX: " + statement.justification);
  }
  if (statement.state == State::kNotAffected && statement.justification.empty() &&
      statement.impact.empty()) {
    return fail(Code::kInvalid,
                "a statement of not being affected needs a justification or an impact",
                "say why " + statement.product + " is not affected by " + statement.id);
  }
  return {};
}

void write_product(JsonWriter& json, const Statement& statement) {
  json.key("products").begin_array().begin_object();
  json.member("@id", statement.product)
      .key("identifiers")
      .begin_object()
      .member("purl", statement.product)
      .end();
  if (!statement.subcomponents.empty()) {
    json.key("subcomponents").begin_array();
    for (const std::string& purl :
         std::set(statement.subcomponents.begin(), statement.subcomponents.end())) {
      json.begin_object().member("@id", purl).end();
    }
    json.end();
  }
  json.end().end();
}

void write_statement(JsonWriter& json, const Statement& statement) {
  json.begin_object().key("vulnerability").begin_object().member("name", statement.id);
  if (!statement.aliases.empty()) {
    json.key("aliases").begin_array();
    for (const std::string& alias : std::set(statement.aliases.begin(), statement.aliases.end()))
      json.value(alias);
    json.end();
  }
  json.end();
  if (statement.time != 0) json.member("timestamp", to_date_time(statement.time));
  write_product(json, statement);
  const std::string_view status = status_of(statement.state);
  json.member("status", status);
  if (status == "not_affected") {
    json.text_member("justification", statement.justification)
        .text_member("impact_statement", statement.impact);
  } else {
    json.text_member("status_notes", statement.impact);
  }
  if (status == "affected") json.member("action_statement", action_of(statement));
  json.end();
}

// Each once, as the schema wants it, with its text.
std::map<std::string, const Statement*> distinct(const std::vector<Statement>& statements) {
  std::map<std::string, const Statement*> distinct;
  for (const Statement& statement : statements) {
    std::string text;
    JsonWriter json([&](std::string_view piece) { text += piece; });
    write_statement(json, statement);
    distinct.emplace(std::move(text), &statement);
  }
  return distinct;
}

std::uint64_t fnv1a(std::string_view text, std::uint64_t hash) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

Result<std::string> open_vex(const std::vector<Statement>& statements,
                             const OpenVexOptions& options) {
  if (statements.empty()) return fail(Code::kInvalid, "an OpenVEX document needs a statement");
  for (const Statement& statement : statements) RETURN_IF_ERROR(check(statement));
  const auto each_once = distinct(statements);
  const std::string time = to_date_time(options.time);
  std::string seed = options.author + "\n" + time;
  for (const auto& [text, statement] : each_once) seed += "\n" + text;
  const std::string id =
      fmt::format("urn:azekura:vex:{:016x}{:016x}", fnv1a(seed, 0xcbf29ce484222325),
                  fnv1a(seed, 0x84222325cbf29ce4));

  std::string text;
  JsonWriter json([&](std::string_view piece) { text += piece; });
  json.begin_object()
      .member("@context", "https://openvex.dev/ns/v0.2.0")
      .member("@id", id)
      .member("author", options.author.empty() ? std::string("unknown") : options.author)
      .member("timestamp", time)
      .member("version", 1)
      .text_member("tooling", options.tooling);
  json.key("statements").begin_array();
  for (const auto& [one, statement] : each_once) write_statement(json, *statement);
  json.end().end();
  return text + "\n";
}

}  // namespace azekura::scanner::rules
