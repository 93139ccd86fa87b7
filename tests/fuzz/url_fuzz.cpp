// Fuzzes URLs: what is accepted reads the same again, and an independent reading with the system's address parser
// agrees on what is accepted and where it leads.
#include <arpa/inet.h>

#include <array>

#include <utcp_websocket/url.hpp>

#include "fuzz.hpp"

namespace utcp::ws::fuzz {
namespace {

bool is_one_of(char c, std::string_view set) { return set.find(c) != set.npos; }
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

using Address = std::array<unsigned char, 16>;  // IPv4 as IPv4-mapped

std::optional<Address> address_of(std::string_view host, bool ipv6) {
  Address address{};
  const std::string text(host);
  if (ipv6) {
    if (inet_pton(AF_INET6, text.c_str(), address.data()) != 1) return std::nullopt;
    return address;
  }
  address[10] = address[11] = 0xFF;
  if (inet_pton(AF_INET, text.c_str(), address.data() + 12) != 1) return std::nullopt;
  return address;
}

// What a reader who splits at separators makes of a URL.
struct Simple {
  std::string scheme, host, port;
  bool ipv6 = false;
  std::optional<Address> address{};
};

std::optional<Simple> read_simply(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F || c == '\\') return std::nullopt;
  }
  const std::size_t separator = text.find("://");
  if (separator == text.npos) return std::nullopt;
  Simple url{lower(text.substr(0, separator)), {}, {}};
  if (url.scheme != "ws" && url.scheme != "wss" && url.scheme != "http" && url.scheme != "https") return std::nullopt;
  const std::string_view rest = text.substr(separator + 3);
  std::string_view authority = rest.substr(0, std::min({rest.find('/'), rest.find('?'), rest.find('#')}));
  if (authority.find('@') != authority.npos) return std::nullopt;

  const std::size_t bracket = authority.rfind(']');
  url.ipv6 = bracket != authority.npos;
  const std::size_t colon = authority.find(':', url.ipv6 ? bracket : 0);
  if (colon != authority.npos) {
    url.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  while (url.port.starts_with('0') && url.port.size() > 1) url.port.erase(0, 1);
  if (url.port.find_first_not_of(kDigits) != url.port.npos || url.port.size() > 5) return std::nullopt;
  if (!url.port.empty() && std::stoi(url.port) > 65535) return std::nullopt;

  if (url.ipv6) {
    if (!authority.starts_with('[') || !authority.ends_with(']')) return std::nullopt;
    url.host = authority.substr(1, authority.size() - 2);
    url.address = address_of(url.host, true);
    return url.address ? std::optional(url) : std::nullopt;
  }
  url.host = lower(authority);
  for (const char c : url.host) {
    if ((c & 0x80) == 0 && !is_one_of(c, kDigits) && !is_one_of(c, kLetters) && !is_one_of(c, ".-_"))
      return std::nullopt;
  }
  if (url.host.empty()) return std::nullopt;
  url.address = address_of(url.host, false);
  std::string_view name = url.host;
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::string_view last = name.substr(name.rfind('.') + 1);
  const bool decimal = !last.empty() && last.find_first_not_of(kDigits) == last.npos;
  const bool hexadecimal = last.starts_with("0x") && last.substr(2).find_first_not_of("0123456789abcdef") == last.npos;
  if ((decimal || hexadecimal) && !url.address) return std::nullopt;
  return url;
}

bool is_loopback(const Simple& url) {
  if (!url.address) return url.host == "localhost";
  const Address& a = *url.address;
  const bool mapped =
      std::all_of(a.begin(), a.begin() + 10, [](unsigned char b) { return b == 0; }) && a[10] == 0xFF && a[11] == 0xFF;
  if (mapped) {
    const bool zero = a[12] == 0 && a[13] == 0 && a[14] == 0 && a[15] == 0;
    return a[12] == 127 || (zero && !url.ipv6);
  }
  return std::all_of(a.begin(), a.begin() + 15, [](unsigned char b) { return b == 0; }) && a[15] <= 1;
}

bool same_origin(const Url& left, const Url& right) {
  return left.scheme == right.scheme && left.host == right.host && left.port == right.port && left.reach == right.reach;
}

Url accepted(std::string_view text) {
  Result<Url> url = parse_url(text);
  REQUIRE(url.ok());
  return std::move(url).value();
}

void check_accepted(std::string_view text, const Url& url, const Simple& simple) {
  REQUIRE(text.starts_with(url.href) && url.href.find('#') == url.href.npos);
  const Url again = accepted(url.href);
  REQUIRE(same_origin(again, url) && again.href == url.href && again.path_start == url.path_start);
  const Url label = accepted(url.label());
  REQUIRE(same_origin(label, url) && label.label() == url.label());

  REQUIRE(url.scheme == simple.scheme);
  REQUIRE(url.host == (simple.ipv6 ? "[" + lower(simple.host) + "]" : simple.host));
  const bool plain = url.scheme == "ws" || url.scheme == "http";
  REQUIRE(url.port == (simple.port.empty() ? (plain ? 80 : 443) : std::stoi(simple.port)));
  REQUIRE(is_literal_loopback(url) == is_loopback(simple));
  REQUIRE(!is_literal_loopback(url) || may_be_loopback(url));

  std::string added = url.href;
  append_query(added, text, text);
  const Url with_query = accepted(added);
  REQUIRE(with_query.href == added && added.starts_with(url.href) && same_origin(with_query, url));
  REQUIRE(with_query.path_start == url.path_start);
  const std::string_view parameter = std::string_view(added).substr(url.href.size());
  REQUIRE(parameter.substr(1).find_first_of("&?#") == parameter.npos && parameter.find('=') == parameter.rfind('='));
  REQUIRE((url.href.find('?') == url.href.npos) == parameter.starts_with('?'));
}

void check(std::string_view text) {
  const Result<Url> url = parse_url(text);
  const std::optional<Simple> simple = read_simply(text);
  REQUIRE(url.ok() == simple.has_value());
  if (!url) REQUIRE(url.error().code == ErrorCode::url_refused && !url.error().message.empty());
  if (url) check_accepted(text, url.value(), *simple);

  const auto may_open = [&simple](const char* plain, const char* secure) {
    return simple && (simple->scheme == secure || (simple->scheme == plain && is_loopback(*simple)));
  };
  REQUIRE(is_secure_websocket_url(text) == may_open("ws", "wss"));
  REQUIRE(is_secure_token_url(text) == may_open("http", "https"));
}

}  // namespace
}  // namespace utcp::ws::fuzz

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  utcp::ws::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
