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

/// Waits for a frame, keeps values of it, then sends. Each is optional.
struct ConnectStep {
  const char* field = "connect";      ///< or `connect_message`, where it is of the short form
  std::string name;                   ///< as errors call it: `connect[1]`
  FrameMark expect;                   ///< empty: nothing is waited for
  std::vector<FrameMark> errors;      ///< what may come instead: a refusal
  std::vector<std::string> captures;  ///< names of what is kept of the frame, which must hold all of it: `connect.sid`
  json::ScanPlan places;              ///< of the leaves of `expect` and of `errors`, then of `captures`
  Plan send;                          ///< with captured values
  bool sends = false;
  std::unique_ptr<ConnectStep> next{};
};

/// The first step; null: there is none.
[[nodiscard]] std::shared_ptr<const ConnectStep> read_connect(FieldReader& fields);

/// A step's message with the values of `captured`, and with digests in place of `{"$sha256_base64": ["a", "b"]}`: the
/// SHA-256 of these texts, one after the other, in base64.
[[nodiscard]] Plan filled(const Plan& send, const Captured& captured);

/// Whose texts are secrets, whatever they are.
inline constexpr const char* kDigestName = "$sha256_base64";

/// Whether a digest could not be made, of a captured value that is no text: what it is made of must not go out instead.
[[nodiscard]] bool lacks_digest(const Plan& filled);

}  // namespace utcp::ws
