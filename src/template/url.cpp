#include "url.hpp"

#include <array>
#include <optional>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {
namespace {

// Why a text is no URL; null: it is one.
using Reason = const char*;

ErrorPtr refused(std::string_view reason) {
  return make_error(ErrorCode::url_refused, concat({"URL refused: ", reason}));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_alphanumeric(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

template <class Predicate>
bool all_of(std::string_view text, Predicate predicate) {
  for (const char c : text) {
    if (!predicate(c)) return false;
  }
  return true;
}

// Four decimal numbers up to 255 without leading zeros: the one form that all parsers read alike.
std::optional<std::uint32_t> parse_dotted_quad(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t end = part < 3 ? text.find('.') : text.size();
    if (end == text.npos) return std::nullopt;
    const std::string_view digits = text.substr(0, end);
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    std::uint32_t number = 0;
    for (const char c : digits) {
      if (!is_digit(c)) return std::nullopt;
      number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (number > 255) return std::nullopt;
    address = address << 8 | number;
    text.remove_prefix(part < 3 ? end + 1 : end);
  }
  return address;
}

using Ipv6 = std::array<std::uint16_t, 8>;

// Reads groups separated by colons into `groups` from `count` on. The last may be a dotted quad (RFC 4291 section 2.2).
bool parse_ipv6_groups(std::string_view text, bool may_end_in_ipv4, Ipv6& groups, std::size_t& count) {
  if (text.empty()) return true;
  for (;;) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (const auto ipv4 = colon == text.npos && may_end_in_ipv4 ? parse_dotted_quad(group) : std::nullopt) {
      if (count + 2 > groups.size()) return false;
      groups[count++] = static_cast<std::uint16_t>(*ipv4 >> 16);
      groups[count++] = static_cast<std::uint16_t>(*ipv4 & 0xFFFF);
      return true;
    }
    if (group.empty() || group.size() > 4 || !all_of(group, is_hex_digit) || count == groups.size()) return false;
    unsigned number = 0;
    for (const char c : group) {
      number = number * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : lower(c) - 'a' + 10);
    }
    groups[count++] = static_cast<std::uint16_t>(number);
    if (colon == text.npos) return true;
    text.remove_prefix(colon + 1);
  }
}

std::optional<Ipv6> parse_ipv6(std::string_view text) {
  Ipv6 groups{};
  std::size_t count = 0;
  const std::size_t gap = text.find("::");
  if (gap == text.npos) {
    if (!parse_ipv6_groups(text, true, groups, count) || count != groups.size()) return std::nullopt;
    return groups;
  }
  Ipv6 tail{};
  std::size_t tail_count = 0;
  if (!parse_ipv6_groups(text.substr(0, gap), false, groups, count)) return std::nullopt;
  if (!parse_ipv6_groups(text.substr(gap + 2), true, tail, tail_count)) return std::nullopt;
  if (count + tail_count >= groups.size()) return std::nullopt;  // "::" stands for one group at least
  for (std::size_t i = 0; i < tail_count; ++i) groups[groups.size() - tail_count + i] = tail[i];
  return groups;
}

using Reach = Url::Reach;

Reach reach_of(std::uint32_t ipv4) { return ipv4 == 0 || ipv4 >> 24 == 127 ? Reach::loopback : Reach::elsewhere; }

Reach reach_of(const Ipv6& groups) {
  const std::uint32_t last = static_cast<std::uint32_t>(groups[6]) << 16 | groups[7];
  // A translator (RFC 6052 section 2.1) may take its own machine for an IPv4 host.
  const bool is_translated = groups[0] == 0x64 && groups[1] == 0xFF9B;
  if (is_translated && reach_of(last) == Reach::loopback) return Reach::perhaps_loopback;
  for (std::size_t i = 0; i < 5; ++i) {
    if (groups[i] != 0) return Reach::elsewhere;
  }
  // "::127.0.0.1" (RFC 4291 section 2.5.5.1) is no longer in use; what systems do with it differs.
  if (groups[5] == 0 && last > 1) return reach_of(last) == Reach::loopback ? Reach::perhaps_loopback : Reach::elsewhere;
  if (groups[5] == 0) return Reach::loopback;
  if (groups[5] != 0xFFFF) return Reach::elsewhere;
  return last == 0 ? Reach::perhaps_loopback : reach_of(last);  // IPv4-mapped: RFC 4291 section 2.5.5.2
}

Reach reach_of(std::string_view name) {
  if (name == "localhost") return Reach::loopback;
  if (!all_of(name, is_ascii)) return Reach::perhaps_loopback;
  while (name.ends_with('.')) name.remove_suffix(1);
  return name == "localhost" || name.ends_with(".localhost") ? Reach::perhaps_loopback : Reach::elsewhere;
}

// WHATWG URL "ends in a number": such a host is an IPv4 address to some parsers, however it is written.
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::size_t dot = host.rfind('.');
  const std::string_view last = dot == host.npos ? host : host.substr(dot + 1);
  if (last.empty()) return false;
  if (all_of(last, is_digit)) return true;
  return last[0] == '0' && last.size() > 1 && lower(last[1]) == 'x' && all_of(last.substr(2), is_hex_digit);
}

Reason parse_host(std::string_view text, Url& url) {
  if (text.starts_with('[')) {
    const std::optional<Ipv6> address = parse_ipv6(text.substr(1, text.size() - 2));
    if (!address) return "its host is not a valid IPv6 address";
    url.host = lower(text);
    url.reach = reach_of(*address);
    return nullptr;
  }
  if (text.empty()) return "it has no host";
  const auto allowed = [](char c) { return !is_ascii(c) || is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; };
  if (!all_of(text, allowed)) {
    return "its host may contain letters, digits, \".\", \"-\" and \"_\" only; percent signs are not decoded";
  }
  url.host = lower(text);
  const std::optional<std::uint32_t> ipv4 = parse_dotted_quad(text);
  if (!ipv4 && ends_in_number(text)) {
    return "its host ends in a number and is not an IPv4 address of four decimal numbers";
  }
  url.reach = ipv4 ? reach_of(*ipv4) : reach_of(url.host);
  return nullptr;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "ws" || scheme == "http" ? 80 : 443; }

Reason parse_port(std::string_view digits, Url& url) {
  url.port = default_port(url.scheme);
  if (digits.empty()) return nullptr;
  std::uint32_t port = 0;
  for (const char c : digits) {
    if (is_digit(c)) port = port * 10 + static_cast<std::uint32_t>(c - '0');
    if (!is_digit(c) || port > 65535) return "its port is not a number from 0 to 65535";
  }
  url.port = static_cast<std::uint16_t>(port);
  return nullptr;
}

Reason parse_authority(std::string_view authority, Url& url) {
  if (authority.find('@') != authority.npos) {
    return "it contains user info; put credentials into the call template's \"auth\"";
  }
  // The host ends at the first colon, but inside brackets a colon is part of it.
  std::size_t host_end = authority.find(':');
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == authority.npos) return "a bracket in its host is not closed";
    host_end = bracket + 1;
    if (host_end < authority.size() && authority[host_end] != ':') return "text follows the bracket in its host";
  }
  if (const Reason reason = parse_host(authority.substr(0, host_end), url)) return reason;
  return parse_port(host_end < authority.size() ? authority.substr(host_end + 1) : "", url);
}

Reason read_url(std::string_view text, Url& url) {
  if (text.empty()) return "it is empty";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return "it contains white space or control characters";
    if (c == '\\') return "it contains a backslash";
  }
  const std::size_t colon = text.find(':');
  for (const char* known : {"ws", "wss", "http", "https"}) {
    if (colon != text.npos && same_but_case(text.substr(0, colon), known)) url.scheme = known;
  }
  if (url.scheme.empty() && text.find("://") == text.npos) return "it has no scheme; write one, such as wss://";
  if (url.scheme.empty()) return "its scheme is not ws, wss, http or https";
  std::string_view rest = text.substr(colon + 1);
  if (!rest.starts_with("//")) return "\"//\" is missing after its scheme";
  rest.remove_prefix(2);

  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const Reason reason = parse_authority(authority, url)) return reason;
  url.path_start = static_cast<std::size_t>(authority.data() + authority.size() - text.data());
  url.href = text.substr(0, text.find('#'));
  return nullptr;
}

Result<Url> parse_secure(std::string_view text, std::string_view plain, std::string_view secure) {
  Result<Url> result = parse_url(text);
  if (!result) return result;
  const Url& url = result.value();
  if (url.scheme == secure || (url.scheme == plain && is_literal_loopback(url))) return result;
  std::string why = " is not encrypted, which only localhost, 127.0.0.0/8 and [::1] may be; use ";
  if (url.scheme != plain) why = concat({" cannot be opened as ", url.scheme, "://; write "});
  const bool may_be_plain = url.scheme != plain && !url.scheme.ends_with('s') && is_literal_loopback(url);
  if (may_be_plain) append(why, {plain, ":// or "});
  result.fail(refused(concat({url.label(), why, secure, "://"})));
  return result;
}

}  // namespace

std::string Url::label() const {
  std::string text = concat({scheme, "://", host});
  if (port != default_port(scheme)) append(text, {":", to_text(port)});
  std::string_view rest = std::string_view(href).substr(path_start);
  const std::size_t question = rest.find('?');
  text += rest.substr(0, question);
  if (question == rest.npos) return text;
  text += '?';
  rest.remove_prefix(question + 1);
  while (!rest.empty()) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    rest.remove_prefix(parameter.size());
    // Without "=" the parameter itself may be the secret.
    const std::size_t equals = parameter.find('=');
    if (equals != parameter.npos) text += parameter.substr(0, equals + 1);
    if (!parameter.empty()) text += "***";
    if (rest.empty()) break;
    text += '&';
    rest.remove_prefix(1);
  }
  return text;
}

void append_query(std::string& href, TextRef name, TextRef value) {
  const std::size_t question = href.find('?');
  if (question == href.npos) {
    href += '?';
  } else if (question + 1 < href.size() && !href.ends_with('&')) {
    href += '&';
  }
  append(href, {form_encode(name), "=", form_encode(value)});
}

Result<Url> parse_url(std::string_view text) {
  Result<Url> result;
  if (const Reason reason = read_url(text, result.value())) result.fail(refused(reason));
  return result;
}

Result<Url> parse_websocket_url(std::string_view text) { return parse_secure(text, "ws", "wss"); }
Result<Url> parse_token_url(std::string_view text) { return parse_secure(text, "http", "https"); }

bool is_secure_websocket_url(std::string_view text) { return parse_websocket_url(text).ok(); }
bool is_secure_token_url(std::string_view text) { return parse_token_url(text).ok(); }

}  // namespace utcp::ws
