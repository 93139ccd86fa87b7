#include "proxy.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws::native {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Both spellings are common; the one in lower case counts first.
std::string environment(const char* name) {
  for (const std::string& spelling : {lower(name), std::string(name)}) {
    const char* value = std::getenv(spelling.c_str());  // NOLINT(concurrency-mt-unsafe): before anything is opened
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> entries;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(", "), text.size());
    if (end > 0) entries.push_back(lower(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return entries;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string without_brackets(std::string_view host) {
  return std::string(host.starts_with('[') ? host.substr(1, host.size() - 2) : host);
}

}  // namespace

ProxyRules::ProxyRules(const std::optional<std::string>& option) {
  if (option) {
    use(*option, "options.proxy");
    return;
  }
  is_environment_ = true;
  use(environment("HTTPS_PROXY"), "HTTPS_PROXY");
  exceptions_ = list_of(environment("NO_PROXY"));
}

void ProxyRules::use(const std::string& text, const char* from) {
  if (text.empty()) return;
  // The core's URLs have no user info, on purpose: here it is taken out before.
  std::string address = text.find("://") == std::string::npos ? concat({"http://", text}) : text;
  const std::size_t start = address.find("://") + 3;
  const std::size_t authority_end = std::min(address.find_first_of("/?#", start), address.size());
  const std::size_t at = address.rfind('@', authority_end);
  std::string user_info;
  if (at != std::string::npos && at >= start) {
    user_info = percent_decoded(std::string_view(address).substr(start, at - start));
    address.erase(start, at + 1 - start);
  }
  const Result<Url> url = parse_url(address);
  if (!url || url->scheme != "http") {
    error_ =
        make_error(ErrorCode::invalid_argument,
                   concat({from, " must be http://[user:password@]host:port, the proxy for tunnels, or empty"}), from);
    return;
  }
  const std::string authorization = user_info.empty() ? std::string() : concat({"Basic ", base64(user_info)});
  proxy_ = std::make_shared<const Proxy>(Proxy{without_brackets(url->host), url->port, authorization});
}

std::shared_ptr<const Proxy> ProxyRules::proxy_for(const Url& url) const {
  if (!is_environment_ || proxy_ == nullptr) return proxy_;
  const bool is_secure = url.scheme == "wss" || url.scheme == "https";
  if (!is_secure || is_literal_loopback(url)) return nullptr;
  const std::string host = without_brackets(url.host);
  const bool excepted = std::any_of(exceptions_.begin(), exceptions_.end(),
                                    [&](const std::string& entry) { return is_exception(entry, host, url.port); });
  return excepted ? nullptr : proxy_;
}

bool is_exception(std::string_view entry, std::string_view host, std::uint16_t port) {
  if (entry == "*") return true;
  if (entry.starts_with('[')) {
    const std::size_t end = std::min(entry.find(']'), entry.size());
    const std::string_view after = entry.substr(std::min(end + 1, entry.size()));
    return entry.substr(1, end - 1) == host && (after.empty() || after == concat({":", to_text(port)}));
  }
  const std::size_t colon = entry.find(':');
  if (colon != std::string_view::npos && entry.find(':', colon + 1) == std::string_view::npos) {
    if (entry.substr(colon + 1) != to_text(port)) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty()) return false;
  if (host == entry) return true;
  return host.size() > entry.size() && host.ends_with(entry) && host[host.size() - entry.size() - 1] == '.';
}

}  // namespace utcp::ws::native
