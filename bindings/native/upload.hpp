// Owns what a call sends besides its first messages, where one of its arguments comes in chunks. Must not know when.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <utcp_websocket/captured.hpp>
#include <utcp_websocket/message_template.hpp>
#include <utcp_websocket/session.hpp>

#include "utcp_websocket/client_options.hpp"

namespace utcp::ws::native {

/// A message of a call.
struct Outgoing {
  std::string content{};
  Plan late{};  ///< in its place, where captured values stand in it
  bool is_binary = false;
};

struct CallUpload {
  explicit CallUpload(ChunkedArgument given) : source(std::move(given)) {}

  ChunkedArgument source;
  bool has_ended = false;          ///< it gives nothing more, and is not to be stopped
  Plan message{};                  ///< of each chunk: what is its own is left to be filled in
  bool is_binary = false;          ///< `message`
  std::vector<Outgoing> behind{};  ///< the last chunk
  ConnectionId connection{};       ///< from `SendMessage` on; so is
  Captured captured{};
};

}  // namespace utcp::ws::native
