// Owns waiting for OAuth2 tokens: which connections wait for which token, and what happens when it arrives or
// fails.
#include <algorithm>
#include <utility>

#include "session_state.hpp"

namespace utcp::ws {

Session::Credential& Session::credential_of(TimePoint now, const Endpoint& endpoint) {
  const Auth& auth = endpoint.tool->call_template.auth;
  std::string key = owner_key(endpoint.tool->caller, endpoint.tool->owner);
  for (const std::string* part : {&auth.token_url, &auth.name, &auth.secret, &auth.scope}) append_part(key, *part);
  for (const auto& entry : credentials_) {
    if (entry.second->key == key) return *entry.second;
  }
  // If secrets change with every template, old ones are dropped, but not those of connections that may still show them.
  const auto is_used = [this](TokenId id) {
    return std::any_of(connections_.begin(), connections_.end(),
                       [id](const auto& entry) { return entry.second->credential == id; });
  };
  std::erase_if(credentials_, [now, &is_used](const auto& entry) {
    const BearerToken& token = entry.second->token;
    return !token.is_fetching() && !token.holds(now) && !is_used(entry.second->id);
  });
  while (++last_credential_ == 0 || credentials_.contains(last_credential_)) {
  }
  std::unique_ptr<Credential>& credential = credentials_[last_credential_];
  credential = std::make_unique<Credential>(Credential{TokenId{last_credential_}, std::move(key), BearerToken(auth)});
  return *credential;
}

// Opens the connection if its token is valid; else fetches a token first.
void Session::authorize(TimePoint now, Connection& connection) {
  const Endpoint& endpoint = connection.endpoint;
  Credential& credential = credential_of(now, endpoint);
  connection.credential = credential.id;
  if (credential.token.holds(now)) {
    open_with(connection, credential.token);
  } else if (!credential.token.is_fetching()) {
    credential.token.start_fetching();
    commands_.push_back(FetchToken{credential.id, credential.token.request()});
    if (Report* asked = report(Report::Kind::token, endpoint, {})) asked->text = "a token was requested";
  }
}

void Session::open_with(Connection& connection, const BearerToken& token) {
  connection.token_serial = token.serial();
  open_socket(connection, token.value());
}

void Session::open_socket(Connection& connection, std::string_view token) {
  connection.state.apply(ConnectionEvent::authorized);
  // It may be renewed before the peer repeats it.
  connection.token = token;
  const Tool& tool = *connection.endpoint.tool;
  commands_.push_back(OpenSocket{connection.id, handshake_of(connection), tool.owner, tool.call_template.terminator});
}

// It cannot fail: `endpoint_for` has tried it.
Handshake Session::handshake_of(const Connection& connection) const {
  const Endpoint& endpoint = connection.endpoint;
  return build_handshake(endpoint.tool->call_template, endpoint.field_headers, connection.token, options_.handshake)
      .value();
}

void Session::handle_token(TimePoint now, TokenId id, int http_status, std::string_view body) {
  const Turn turn(*this, now);
  const auto entry = credentials_.find(static_cast<std::uint32_t>(id));
  if (entry == credentials_.end() || !entry->second->token.is_fetching()) return;
  BearerToken& token = entry->second->token;
  const ErrorPtr error = token.handle_response(now, http_status, body);
  if (token.is_fetching()) {
    commands_.push_back(FetchToken{id, token.request()});
  } else {
    token_came(now, id, error, OpeningFailure::Kind::unknown);
  }
}

void Session::handle_token_failed(TimePoint now, TokenId id, const OpeningFailure& failure) {
  const Turn turn(*this, now);
  const auto entry = credentials_.find(static_cast<std::uint32_t>(id));
  if (entry == credentials_.end() || !entry->second->token.is_fetching()) return;
  token_came(now, id, entry->second->token.handle_failure(failure), failure.kind);
}

// Or does not arrive: then there is an error.
void Session::token_came(TimePoint now, TokenId id, const ErrorPtr& error, OpeningFailure::Kind kind) {
  const BearerToken& token = credentials_.at(static_cast<std::uint32_t>(id))->token;
  std::vector<ConnectionId> waiting;
  for (const auto& [connection_id, connection] : connections_) {
    if (connection->state == ConnectionState::authorizing && connection->credential == id) {
      waiting.push_back(connection->id);
    }
  }
  for (const ConnectionId connection_id : waiting) {
    const auto found = connections_.find(static_cast<std::uint32_t>(connection_id));
    if (found == connections_.end()) continue;  // it went with another one's failure
    Connection& connection = *found->second;
    if (Report* came = report(Report::Kind::token, connection.endpoint, connection_id)) {
      came->text = error ? std::string_view(error->message) : "a token arrived";
    }
    if (error) {
      opening_failed(now, connection, on_heap(*error), 1000, {}, kind);
    } else {
      // However short its lifetime: requesting another one would never end.
      open_with(connection, token);
    }
  }
}

// After a failed handshake, or an open connection closed as unauthorized: whether a newer token is there or will come.
// The one that was refused is dropped, once until a call is answered, so that a peer that refuses everybody does not
// drain the token endpoint.
bool Session::renew_token(TimePoint now, const Connection& connection) {
  const Endpoint& endpoint = connection.endpoint;
  if (endpoint.tool->call_template.auth.kind != Auth::Kind::oauth2 || connection.state == ConnectionState::greeting) {
    return false;
  }
  Credential& credential = credential_of(now, endpoint);
  BearerToken& token = credential.token;
  if (token.is_fetching() || token.serial() != connection.token_serial) return true;
  if (std::exchange(credential.is_renewed, true)) return false;
  token.drop();
  return true;
}

Result<Handshake> Session::add_credentials(ConnectionId id, Credentials given) {
  Result<Handshake> result;
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry != connections_.end()) {
    result.value() = handshake_of(*entry->second);
    result.fail(ws::add_credentials(result.value(), given, options_.handshake.can_set_headers));
    entry->second->given = std::move(given);
  }
  return result;
}

Secrets Session::secrets_of(const CallTemplate& call_template) const {
  Secrets secrets;
  secrets.add(options_.handshake.headers);
  for (const auto& entry : credentials_) secrets.add(entry.second->token.value());
  secrets.add(call_template);
  return secrets;
}

Secrets Session::secrets_of(ConnectionId id) const {
  const auto entry = connections_.find(static_cast<std::uint32_t>(id));
  if (entry == connections_.end()) return {};
  const Connection& connection = *entry->second;
  const Endpoint& endpoint = connection.endpoint;
  Secrets secrets = secrets_of(endpoint.tool->call_template);
  secrets.add(endpoint.field_headers);
  secrets.add(connection.token);
  secrets.add_captured(connection.captured);
  add_secrets(secrets, connection.given);
  secrets.add(endpoint.tool->secrets);
  for (const auto& tool : connection.tools) {
    if (tool == endpoint.tool) continue;
    secrets.add(tool->call_template);
    secrets.add(tool->secrets);
  }
  return secrets;
}

// Including the values that the first answers of all its calls gave.
Secrets Session::secrets_of_all(const Connection& connection) const {
  Secrets secrets = secrets_of(connection.id);
  for (const auto& [place, call] : connection.answers) secrets.add_captured(calls_.at(call)->late->answer);
  return secrets;
}

// If no connection waits for it any more.
void Session::cancel_unwanted(TokenId id) {
  const bool wanted = std::any_of(connections_.begin(), connections_.end(), [id](const auto& entry) {
    return entry.second->state == ConnectionState::authorizing && entry.second->credential == id;
  });
  const auto entry = credentials_.find(static_cast<std::uint32_t>(id));
  if (wanted || entry == credentials_.end() || !entry->second->token.is_fetching()) return;
  entry->second->token.drop();
  commands_.push_back(CancelToken{id});
}

}  // namespace utcp::ws
