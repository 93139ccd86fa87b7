#include "handshake.hpp"

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {
namespace {

ErrorPtr cannot_set(const CallTemplate& call_template, TextRef name, TextRef another_way = "") {
  return make_error(
      ErrorCode::auth_unsupported,
      concat({"this host cannot set handshake headers (", name, "). If ", call_template.url.label(), " allows it, use ",
              another_way,
              "auth with location \"query\", a connect_message or a cookie of the page; else call it from "
              "a server"}),
      "auth");
}

// A credential outside of headers: RFC 6750 section 2.3 names bearer tokens.
ErrorPtr move_credential(Handshake& handshake, const CallTemplate& call_template, const std::string& header,
                         std::string_view bearer, const HandshakeOptions& options) {
  const bool is_key = call_template.auth.kind == Auth::Kind::api_key;
  const bool is_basic = call_template.auth.kind == Auth::Kind::basic;
  if (is_basic) return cannot_set(call_template, header);
  if (options.browser_auth == BrowserAuth::none) return cannot_set(call_template, header, "the option browserAuth, ");
  if (options.browser_auth == BrowserAuth::query) {
    const bool is_bearer = !is_key && same_but_case(header, "Authorization");
    append_query(handshake.url, is_bearer ? TextRef("access_token") : header, bearer);
  } else if (call_template.protocol.empty()) {
    return make_error(ErrorCode::auth_unsupported,
                      "browserAuth \"subprotocol\" needs the field protocol: a subprotocol that the server can choose",
                      "protocol");
  } else {
    handshake.protocols.push_back(concat({options.subprotocol_prefix, base64url(bearer)}));
  }
  return nullptr;
}

ErrorPtr add_credential(Handshake& handshake, const CallTemplate& call_template, std::string_view token,
                        const HandshakeOptions& options) {
  const Auth& auth = call_template.auth;
  std::string name = "Authorization";
  std::string value;
  std::string_view bearer = auth.secret;  // without what stands before it in a header
  switch (auth.kind) {
    case Auth::Kind::none:
      return nullptr;
    case Auth::Kind::api_key:
      if (auth.location == Auth::Location::query) {
        append_query(handshake.url, auth.name, auth.secret);
        return nullptr;
      }
      if (auth.location == Auth::Location::cookie) {
        if (!options.can_set_headers) return cannot_set(call_template, "Cookie");
        set_header(handshake.headers, "Cookie", concat({auth.name, "=", auth.secret}), true);
        return nullptr;
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
  if (!options.can_set_headers) return move_credential(handshake, call_template, name, bearer, options);
  set_header(handshake.headers, name, value);
  return nullptr;
}

}  // namespace

void set_header(std::vector<Header>& headers, TextRef name, TextRef value, bool is_cookie) {
  for (Header& header : headers) {
    if (!same_but_case(header.first, name)) continue;
    header.second = is_cookie ? concat({header.second, "; ", value}) : std::string(value.view());
    return;
  }
  Header& added = headers.emplace_back();
  added.first = name.view();
  added.second = value.view();
}

Result<Handshake> build_handshake(const CallTemplate& call_template, const std::vector<Header>& field_headers,
                                  std::string_view token, const HandshakeOptions& options) {
  Result<Handshake> result;
  Handshake& handshake = result.value();
  handshake = {call_template.url.href, {}, options.headers};
  if (!call_template.protocol.empty()) handshake.protocols.push_back(std::string(call_template.protocol));
  std::vector<Header>& headers = handshake.headers;
  for (const Header& header : call_template.headers) set_header(headers, header.first, header.second);
  for (const Header& header : field_headers) set_header(headers, header.first, header.second);
  if (!headers.empty() && !options.can_set_headers) {
    result.fail(cannot_set(call_template, headers.front().first));
  } else {
    result.fail(add_credential(handshake, call_template, token, options));
  }
  return result;
}

}  // namespace utcp::ws
