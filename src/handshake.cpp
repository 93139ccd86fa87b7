#include "handshake.hpp"

#include <algorithm>

#include "encoding.hpp"
#include "text.hpp"

namespace utcp::ws {
namespace {

// RFC 9110 section 5.1: names of headers are compared without case.
bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [lower](char x, char y) { return lower(x) == lower(y); });
}

// The last one set wins; of cookies each counts.
void set_header(std::vector<Header>& headers, std::string_view name, std::string_view value, bool is_cookie = false) {
  for (Header& header : headers) {
    if (!same_name(header.first, name)) continue;
    header.second = is_cookie ? concat({header.second, "; ", value}) : std::string(value);
    return;
  }
  headers.emplace_back(name, value);
}

Error cannot_set(const CallTemplate& call_template, std::string_view name) {
  return {
      ErrorCode::auth_unsupported,
      concat({"this host cannot set handshake headers (", name, "), as no browser can. If ", call_template.url.label(),
              " allows it, use auth with location \"query\", a connect_message that carries the credential, a "
              "cookie of the page, or the option browserAuth; else call it from a server"}),
      "auth"};
}

// A credential where it is no header: RFC 6750 section 2.3 names bearer tokens.
Result<Handshake> move_credential(Handshake handshake, const CallTemplate& call_template, const Header& credential,
                                  std::string_view bearer, const HandshakeOptions& options) {
  const bool is_key = call_template.auth.kind == Auth::Kind::api_key;
  const bool is_basic = call_template.auth.kind == Auth::Kind::basic;
  if (options.browser_auth == BrowserAuth::none || is_basic) return cannot_set(call_template, credential.first);
  if (options.browser_auth == BrowserAuth::query) {
    const bool is_bearer = !is_key && same_name(credential.first, "Authorization");
    handshake.url = call_template.url.href_with_query(is_bearer ? "access_token" : credential.first, bearer);
  } else if (call_template.protocol.empty()) {
    return Error{ErrorCode::auth_unsupported,
                 "browserAuth \"subprotocol\" offers the credential beside a subprotocol that the server can choose: "
                 "the call template needs the field protocol",
                 "protocol"};
  } else {
    append(handshake.protocols, {",", options.subprotocol_prefix, base64url(bearer)});
  }
  return handshake;
}

}  // namespace

Result<Handshake> build_handshake(const CallTemplate& call_template, const std::vector<Header>& field_headers,
                                  std::string_view token, const HandshakeOptions& options) {
  const Auth& auth = call_template.auth;
  Handshake handshake{call_template.url.href, call_template.protocol, options.headers};
  std::vector<Header>& headers = handshake.headers;
  for (const Header& header : call_template.headers) set_header(headers, header.first, header.second);
  for (const Header& header : field_headers) set_header(headers, header.first, header.second);
  if (!headers.empty() && !options.can_set_headers) return cannot_set(call_template, headers.front().first);

  std::string_view name = "Authorization";
  std::string value;
  std::string_view bearer = auth.secret;  // without what stands before it in a header
  switch (auth.kind) {
    case Auth::Kind::none:
      return handshake;
    case Auth::Kind::api_key:
      if (auth.location == Auth::Location::query) {
        handshake.url = call_template.url.href_with_query(auth.name, auth.secret);
        return handshake;
      }
      if (auth.location == Auth::Location::cookie) {
        if (!options.can_set_headers) return cannot_set(call_template, "Cookie");
        set_header(headers, "Cookie", concat({auth.name, "=", auth.secret}), true);
        return handshake;
      }
      name = auth.name;
      value = auth.secret;
      break;
    case Auth::Kind::basic:  // RFC 7617, in UTF-8
      value = concat({"Basic ", base64(concat({auth.name, ":", auth.secret}))});
      break;
    case Auth::Kind::oauth2:
      value = concat({"Bearer ", token});
      bearer = token;
      break;
    case Auth::Kind::oauth2_user:
      name = auth.name;
      value = concat({auth.prefix, auth.secret});
      break;
  }
  if (!options.can_set_headers) {
    return move_credential(std::move(handshake), call_template, {std::string(name), value}, bearer, options);
  }
  set_header(headers, name, value);
  return handshake;
}

}  // namespace utcp::ws
