// Owns HTTP requests to token endpoints; the core defines the request and interprets the answer. Must not know
// connections.
#pragma once

#include <memory>
#include <string>

#include <utcp_websocket/session.hpp>

#include "dialer.hpp"
#include "unique_function.hpp"

namespace utcp::ws::native {

/// A request under way: dropping it gives it up, and nothing more is told.
class TokenFetch {
 public:
  /// The answer. `status` 0: none, and `failure` says why.
  struct Answer {
    int status = 0;
    std::string body{};
    OpeningFailure failure{};
  };
  using Done = UniqueFunction<void(Answer answer)>;

  TokenFetch() = default;
  virtual ~TokenFetch() = default;
  TokenFetch(const TokenFetch&) = delete;
  TokenFetch& operator=(const TokenFetch&) = delete;
};

/// Follows no redirects, reads no more than a megabyte.
[[nodiscard]] std::unique_ptr<TokenFetch> fetch_token(const Executor& executor, Route route,
                                                      const TokenRequest& request, TokenFetch::Done done);

}  // namespace utcp::ws::native
