#include "credentials.hpp"

#include <algorithm>

#include <utcp_websocket/secrets.hpp>
#include <utcp_websocket/text.hpp>
#include <utcp_websocket/url.hpp>

#include "handshake.hpp"

namespace utcp::ws {
namespace {

struct Wrong {
  ErrorCode code;
  const char* field;
  const char* message;
};
// Without the parser's message, which shows the URL's path.
constexpr Wrong kUrl{
    ErrorCode::url_refused, "credentials.url",
    "URL refused: the option credentials returned one that is neither wss: nor ws: to a loopback host"};
constexpr Wrong kNoHeaders{
    ErrorCode::auth_unsupported, "credentials.headers",
    "this host cannot set handshake headers: return query or protocols from the option credentials instead"};
constexpr Wrong kHeader{
    ErrorCode::invalid_argument, "credentials.headers",
    "credentials.headers must be header names (RFC 9110 tokens) that the WebSocket handshake does not "
    "set itself, each with a header value (RFC 9110: no control characters, nothing above U+00FF, "
    "no blanks at its ends)"};
constexpr Wrong kProtocol{ErrorCode::invalid_argument, "credentials.protocols",
                          "credentials.protocols must be subprotocol names (RFC 9110 tokens)"};
constexpr Wrong kSameProtocol{ErrorCode::invalid_argument, "credentials.protocols",
                              "credentials.protocols must differ from each other and from the call template's"};

// Null: nothing is.
const Wrong* add(Handshake& handshake, const Credentials& given, bool can_set_headers) {
  if (!given.url.empty()) {
    Result<Url> url = parse_websocket_url(given.url);
    if (!url) return &kUrl;
    handshake.url = std::move(url->href);
  }
  for (const auto& [name, value] : given.query) append_query(handshake.url, name, value);
  for (const Header& header : given.headers) {
    if (!can_set_headers) return &kNoHeaders;
    if (!may_set_header(header)) return &kHeader;
    set_header(handshake.headers, header.first, header.second);
  }
  std::vector<std::string>& offered = handshake.protocols;
  for (const std::string& name : given.protocols) {
    if (!is_token(name)) return &kProtocol;
    if (std::find(offered.begin(), offered.end(), name) != offered.end()) return &kSameProtocol;
    offered.push_back(std::string(name));
  }
  return nullptr;
}

}  // namespace

ErrorPtr add_credentials(Handshake& handshake, const Credentials& given, bool can_set_headers) {
  const Wrong* wrong = add(handshake, given, can_set_headers);
  return wrong == nullptr ? nullptr : make_error(wrong->code, wrong->message, wrong->field);
}

void add_secrets(Secrets& secrets, const Credentials& given) {
  secrets.add_url(given.url);
  secrets.add(given.headers);
  secrets.add(given.query);
  for (const std::string& name : given.protocols) secrets.add(name);
}

}  // namespace utcp::ws
