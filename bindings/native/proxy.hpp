// Owns which connections go through a proxy: the option, or the environment. Must not know how a tunnel is requested.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/url.hpp>

#include "dialer.hpp"

namespace utcp::ws::native {

class ProxyRules {
 public:
  /// `option`: as in `ClientOptions`. Reads the environment where there is none.
  explicit ProxyRules(const std::optional<std::string>& option);

  /// Null, or what is wrong with the proxy's URL.
  [[nodiscard]] const Error* error() const { return error_.get(); }
  /// Null: connections to this URL go straight there.
  [[nodiscard]] std::shared_ptr<const Proxy> proxy_for(const Url& url) const;

 private:
  void use(const std::string& url, const char* from);

  std::shared_ptr<const Proxy> proxy_;
  ErrorPtr error_;
  bool is_environment_ = false;
  std::vector<std::string> exceptions_;  // of NO_PROXY, in lower case
};

/// Whether an entry of `NO_PROXY` speaks of this host: `*`, an address, or a domain and what is below it; each perhaps
/// with a port.
[[nodiscard]] bool is_exception(std::string_view entry, std::string_view host, std::uint16_t port);

}  // namespace utcp::ws::native
