#include "failures.hpp"

#include <unistd.h>

#include <array>
#include <string_view>
#include <utility>

#include <utcp_websocket/text.hpp>

#include "ending.hpp"
#include "json_value.hpp"
#include "output.hpp"
#include "terminal.hpp"
#include "usage.hpp"

namespace utcp::ws::program {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kConnection = 3;
constexpr int kTimeout = 4;

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_call_template:
    case ErrorCode::invalid_argument:
    case ErrorCode::url_refused:
      return kUsage;
    case ErrorCode::connection_timeout:
    case ErrorCode::response_timeout:
      return kTimeout;
    case ErrorCode::connection_failed:
    case ErrorCode::handshake_refused:
    case ErrorCode::websocket_unavailable:
    case ErrorCode::auth_failed:
    case ErrorCode::auth_unsupported:
    case ErrorCode::token_unavailable:
    case ErrorCode::connection_closed:
      return kConnection;
    default:
      return kFailed;
  }
}

/// What to do, where the message does not say it.
std::string_view advice_for(std::string_view code) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kAdvice{{
      {"usage", "Run utcp-websocket --help for usage."},
      {"unknown_tool", "Run utcp-websocket discover to list the tools."},
      {"connection_failed", "Check the address, and that the endpoint is running; --retry waits for it."},
      {"handshake_refused", "Check the path of the URL; -v shows which URL was opened."},
      {"auth_failed", "Check the credential; pass it with --header, or as auth of a --template."},
      {"connection_timeout", "Increase --timeout, or watch the frames with --frames."},
      {"response_timeout", "Increase --timeout, or watch the frames with --frames."},
      {"invalid_manual", "If the endpoint knows nothing of UTCP, pass a call template with --template or --recipe."},
  }};
  for (const auto& [name, advice] : kAdvice) {
    if (name == code) return advice;
  }
  return {};
}

Json facts_of(std::string_view code, const std::string& message) {
  Json facts{{"code", code}, {"message", message}};
  if (const std::string_view advice = advice_for(code); !advice.empty()) facts["advice"] = advice;
  return facts;
}

Json facts_of(const Error& error) {
  const ErrorKind& kind = describe(error.code);
  Json facts{{"code", kind.name}, {"message", error.message}, {"fault", fault_name(kind.fault)}};
  const bool is_opening = error.code == ErrorCode::connection_failed || error.http_status != 0;
  const bool says_more = !error.cause.empty() && error.message.find(error.cause) == std::string::npos;
  if (is_opening && says_more) facts["message"] = concat({error.message, " (", error.cause, ")"});
  if (!error.field.empty()) facts["field"] = error.field;
  if (const std::string_view advice = advice_for(kind.name); !advice.empty()) facts["advice"] = advice;
  if (error.http_status != 0) facts["httpStatus"] = error.http_status;
  if (error.code == ErrorCode::connection_closed)
    facts.update({{"closeCode", error.close_code}, {"reason", error.reason}});
  if (error.code == ErrorCode::tool_failed && !error.detail.empty()) {
    Result<Json> detail = json::parse(error.detail);
    facts["detail"] = detail ? *detail : Json(error.detail);
  }
  return facts;
}

int tell(Json facts, int exit_code, bool as_json, const KnownSecrets& secrets) {
  for (const char* name : {"message", "reason", "field", "detail"}) {
    if (facts.contains(name)) facts[name] = secrets.masked(std::move(facts[name]));
  }
  if (as_json) {
    say(json_line({{"error", facts}}));
    return exit_code;
  }
  const Painter paint(STDERR_FILENO);
  const auto text = [&facts](const char* name) { return facts.value(name, std::string()); };
  say(concat({paint(Style::red, "error: " + text("code")), ": ", harmless(text("message"))}));
  if (facts.contains("advice")) say(paint(Style::dim, text("advice")));
  return exit_code;
}

}  // namespace

int tell_failure(bool as_json, const KnownSecrets& secrets) {
  try {
    throw;
  } catch (const Ended& ended) {
    return ended.exit_code;
  } catch (const Failed& failed) {
    return tell(facts_of(failed.error), exit_code_of(failed.error.code), as_json, secrets);
  } catch (const UsageError& error) {
    return tell(facts_of("usage", error.what()), kUsage, as_json, secrets);
  } catch (const UnknownTool& error) {
    return tell(facts_of("unknown_tool", error.what()), kFailed, as_json, secrets);
  } catch (const std::exception& error) {
    return tell(facts_of("internal", error.what()), kFailed, as_json, secrets);
  }
}

}  // namespace utcp::ws::program
