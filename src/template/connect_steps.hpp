// Owns `connect` and its short form `connect_message` + `connect_ack`: the handshake on a new connection,
// step by step. Must not know connections.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <utcp_websocket/json_scan.hpp>

#include "captured.hpp"
#include "frame_match.hpp"
#include "message_template.hpp"

namespace utcp::ws {

class FieldReader;

/// Waits for a frame, captures values from it, then sends a message. Each is optional.
struct ConnectStep {
  const char* field = "connect";  ///< or `connect_message`, in the short form
  std::string name;               ///< for errors: `connect[1]`
  FrameMark expect;               ///< empty: does not wait
  std::vector<FrameMark> errors;  ///< frames that refuse the connection instead
  std::vector<std::string>
      captures;           ///< names of the values to capture, all of which the frame must have: `connect.sid`
  json::ScanPlan places;  ///< of the leaves of `expect` and of `errors`, then of `captures`
  Plan send;              ///< with captured values
  bool sends = false;
  std::unique_ptr<ConnectStep> next{};
};

/// The first step; null: there is none.
[[nodiscard]] std::shared_ptr<const ConnectStep> read_connect(FieldReader& fields);

/// A step's message with the values of `captured`, and with digests in place of `{"$sha256_base64": ["a", "b"]}`: the
/// SHA-256 of the concatenated texts, in base64.
[[nodiscard]] Plan filled(const Plan& send, const Captured& captured);

/// Members whose texts are always secrets.
inline constexpr const char* kDigestName = "$sha256_base64";

/// Whether a digest failed, because a captured value is not a text: its parts must not be sent instead.
[[nodiscard]] bool lacks_digest(const Plan& filled);

}  // namespace utcp::ws
