#include "credentials.hpp"

#include <algorithm>
#include <set>

#include <utcp_websocket/auth.hpp>
#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/text.hpp>
#include <utcp_websocket/url.hpp>

namespace utcp::ws::native {
namespace {

ErrorPtr wrong(TextRef what) { return make_error(ErrorCode::invalid_argument, concat({"credentials.", what})); }

ErrorPtr check_headers(const std::vector<NameAndValue>& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name) || !is_field_value(value)) {
      return wrong("headers must be header names and values (RFC 9110), without line breaks, not this");
    }
    if (is_handshake_header(name)) return wrong(concat({"headers must not set ", name, ": the handshake does"}));
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> protocols_of(const Handshake& handshake) {
  std::vector<std::string> protocols;
  std::string_view rest = handshake.protocols;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, comma);
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    protocols.emplace_back(name);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return protocols;
}

std::vector<std::string> secrets_in(const Credentials& given) {
  constexpr std::size_t kShortestPlace = 12;  // words in a path are no secrets
  std::vector<std::string> secrets = given.protocols;
  for (const auto& [name, value] : given.headers) secrets.push_back(value);
  for (const auto& [name, value] : given.query) secrets.push_back(value);
  if (!given.url) return secrets;
  secrets.push_back(*given.url);
  // All that stands behind its host: the parts of the path, the query's parameters and their values.
  std::string_view rest = *given.url;
  rest.remove_prefix(std::min(rest.find("//") == rest.npos ? rest.size() : rest.find("//") + 2, rest.size()));
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("/?&=#"), rest.size());
    if (end >= kShortestPlace) secrets.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return secrets;
}

ErrorPtr add_credentials(Handshake& handshake, const Credentials& given) {
  if (given.url && !is_secure_websocket_url(*given.url)) {
    return make_error(ErrorCode::url_refused,
                      "URL refused: the one that the option credentials gives is not wss:, nor ws: to a loopback host",
                      "credentials.url");
  }
  if (ErrorPtr error = check_headers(given.headers)) return error;
  std::vector<std::string> offered = protocols_of(handshake);
  for (const std::string& name : given.protocols) {
    if (!is_token(name)) return wrong("protocols must be subprotocol names (RFC 9110 tokens), not this");
    offered.push_back(name);
  }
  if (std::set<std::string>(offered.begin(), offered.end()).size() < offered.size()) {
    return wrong("protocols must differ from each other and from the call template's");
  }
  handshake.protocols.clear();
  for (const std::string& name : offered) append(handshake.protocols, {handshake.protocols.empty() ? "" : ", ", name});
  if (given.url) handshake.url = *given.url;
  handshake.url.resize(std::min(handshake.url.find('#'), handshake.url.size()));
  for (const auto& [name, value] : given.query) {
    const bool is_first = handshake.url.find('?') == std::string::npos;
    append(handshake.url, {is_first ? "?" : "&", form_encode(name), "=", form_encode(value)});
  }
  for (const NameAndValue& header : given.headers) {
    std::erase_if(handshake.headers, [&](const Header& one) { return same_but_case(one.first, header.first); });
  }
  handshake.headers.insert(handshake.headers.end(), given.headers.begin(), given.headers.end());
  return nullptr;
}

}  // namespace utcp::ws::native
