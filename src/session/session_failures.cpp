// Owns a host's reports of failed handshakes, and whether to retry them. The consequences are in
// session_pool.cpp.
#include "session_state.hpp"

namespace utcp::ws {

void Session::handle_error(TimePoint now, ConnectionId id) {
  const Turn turn(*this, now);
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end()) return;
  Connection& connection = *entry->second;
  if (!connection.state.is_ready()) {
    handle_opening_failed(now, id, {});
    return;
  }
  ErrorPtr error =
      make_error(ErrorCode::connection_closed,
                 concat({"the connection to ", connection.endpoint.label, " broke before the answer came"}));
  error->close_code = 1006;
  connection_lost(connection, std::move(error));
}

void Session::handle_opening_failed(TimePoint now, ConnectionId id, const OpeningFailure& failure) {
  const Turn turn(*this, now);
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end()) return;
  Connection& connection = *entry->second;
  if (connection.state.is_ready()) {
    handle_error(now, id);
    return;
  }
  ErrorPtr error =
      make_error(ErrorCode::connection_failed, concat({"could not connect to ", connection.endpoint.label}));
  const int status = failure.http_status;
  error->http_status = status;
  error->message += status != 0 ? concat({": the handshake was refused with HTTP status ", to_text(status)})
                                : cause_of(failure, secrets_of(id));
  if (failure.kind == OpeningFailure::Kind::no_credentials) error->code = ErrorCode::auth_failed;
  if (failure.kind == OpeningFailure::Kind::unreadable_url) error->code = ErrorCode::url_refused;
  if (failure.kind == OpeningFailure::Kind::not_allowed) error->code = ErrorCode::websocket_unavailable;
  if (status == 401 || status == 403) {
    if (renew_token(now, connection)) {
      remove(connection);
      return;
    }
    error->code = ErrorCode::auth_failed;
    error->message += "; check the credential in auth or headers";
  } else if (status >= 400 && status < 500) {
    error->code = ErrorCode::handshake_refused;
    error->message += "; check the url's path and query";
  }
  // Neither an error status nor a WebSocket handshake (101): a retry would get the same.
  const bool speaks_http_only = status > 0 && status < 400;
  if (speaks_http_only) error->message += "; the server there does not speak WebSocket: check the url";
  opening_failed(now, connection, std::move(error), 1000, {},
                 speaks_http_only ? OpeningFailure::Kind::wrong_protocol : failure.kind);
}

// Whether to retry, judging by the cause. An endpoint that was reached once may come back.
bool Session::may_still_open(TimePoint now, Endpoint& endpoint, OpeningFailure::Kind kind) const {
  BackOff& back_off = endpoint.back_off;
  using Kind = OpeningFailure::Kind;
  back_off.unknown_hosts = kind == Kind::unknown_host ? back_off.unknown_hosts + 1 : 0;
  if (is_final(kind)) return false;
  if (reached_.contains(endpoint.tool->call_template.url.origin())) return true;
  if (kind != Kind::nobody_listens) return back_off.unknown_hosts < 2;
  if (!back_off.refused_since) back_off.refused_since = now;
  return now < *back_off.refused_since + options_.retry.first_opening;
}

}  // namespace utcp::ws
