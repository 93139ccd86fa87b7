// Owns a WebSocket call template: JSON → typed, checked values.
// Must not know connections or calls.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/json_scan.hpp>
#include <utcp_websocket/json_text.hpp>

#include "auth.hpp"
#include "connect_steps.hpp"
#include "discovery.hpp"
#include "frame_match.hpp"
#include "message_template.hpp"
#include "replies.hpp"
#include "url.hpp"

namespace utcp::ws {

using Duration = std::chrono::microseconds;

enum class ResponseFormat : std::uint8_t { none, json, text, raw, base64 };

/// `-1` in `expected_responses`: until the peer ends it.
inline constexpr int kUntilPeerEnds = -1;
/// `0`: the call is over once its message is sent.
inline constexpr int kNothing = 0;

/// When a call's `leave_message` is sent.
enum class LeaveWhen : std::uint8_t {
  left,    ///< this side ends the call: an abort, a timeout, a limit, the count of a stream
  always,  ///< also if the peer ends it
};

struct CallTemplate {
  std::string name;  ///< empty if the template has none
  Url url;
  MessageTemplate message;                     ///< the first, where there are `messages`
  std::vector<MessageTemplate> more_messages;  ///< `messages`: those behind it, in their order
  bool sends_message = true;  ///< `message` is not `false`; otherwise a call waits for what the peer sends on its own
  bool sends_binary = false;  ///< `message_format`: the message goes out as a binary frame; of `messages` those that
                              ///< are the placeholder of one argument
  bool sends_base64 = false;  ///< `message_format`: binary arguments are inserted as base64 text
  MissingArguments missing_arguments = MissingArguments::error;  ///< of `message` and `filter_message`
  std::string protocol;  ///< WebSocket subprotocol (RFC 6455 section 1.9); empty: none
  bool keep_alive = true;
  ResponseFormat response_format = ResponseFormat::none;
  std::vector<Header> headers;
  std::vector<std::string> header_fields;
  Auth auth;

  Duration connection_timeout = std::chrono::seconds(30);
  Duration response_timeout = std::chrono::seconds(30);
  std::optional<int> expected_responses;  ///< none: one for a call, no limit for a stream
  bool close_after_response = false;
  Duration ping_interval = std::chrono::seconds(30);
  FrameMatch message_filter;
  /// `message_filter`, `stream_end` and `error_match` again, and the value of `correlation` if it has one, as an array:
  /// a call fills their placeholders in like a message's, see `filled`.
  MessageTemplate filter_message;

  /// `correlation`: where answers carry the call's id, the first that holds one counts; none: found from the message.
  std::vector<json::Pointer> correlation;
  std::string correlation_prefix;    ///< in its place how a text with the id begins: `43{{request_id}}`; empty: none
  bool correlation_off = false;      ///< `false`, although the message holds an id
  bool correlates_by_value = false;  ///< what stands there is the fourth element of `filter_message` instead
  /// `capture`: what the first answer, which carries the call's id, has that later ones carry instead; none: each
  /// answer carries the id. The names are those of placeholders: `answer.sub`.
  std::vector<std::pair<std::string, json::Pointer>> captures;
  std::optional<json::Pointer> answer_place;  ///< where they carry it, as `message_filter` says; none: no `capture`
  std::string answer_name;                    ///< and which; empty: with `correlates_by_value` they carry that there
  bool takes_captured = false;                ///< `message` or `discovery_message` has values that `connect` captures
  std::optional<json::Pointer> result_path;
  std::string result_default;  ///< JSON of the result where there is nothing at `result_path`; empty: none
  std::optional<json::Pointer> error_path;
  std::vector<json::Pointer> more_error_paths;  ///< where `error_path` is an array: those after the first
  std::vector<FrameMark> error_matches;         ///< `error_match`: any of them
  FrameMark progress;                           ///< `progress_filter`
  FrameMatch stream_end;                        ///< default `{"type":"stream_end"}`
  bool stream_end_item = false;                 ///< the frame that ends a stream is its last item
  std::shared_ptr<const ConnectStep> connect;   ///< the first step; null: none
  std::vector<FrameMark> connection_errors;     ///< `connection_error`: any of them
  json::ScanPlan connection_error_places;       ///< finds their leaves
  std::optional<MessageTemplate> ping_message;
  std::string terminator;          ///< `frame`: ends each message, and cuts what comes into messages; empty: none
  bool strips = false;             ///< `frame`: JSON begins at the first bracket of what comes
  std::vector<AutoReply> replies;  ///< the first that matches a frame answers it
  std::optional<MessageTemplate>
      leave_message;  ///< tells the peer that a call is abandoned; rendered with the call's values
  LeaveWhen leave_when = LeaveWhen::left;
  std::optional<MessageTemplate> disconnect_message;  ///< sent before this side closes an open connection
  MessageTemplate discovery_message;                  ///< default `{"type":"utcp"}`
  Discovery discovery;                                ///< how to parse the answer to it

  /// The parts of the template that distinguish endpoints, besides caller, manual and header fields: URL, subprotocol,
  /// headers, credential, connect message. Holds secrets: a map key, never shown.
  std::string endpoint_key;

  /// Everything that determines the rules of calls, without the texts of `message` and `messages`: calls of templates
  /// with equal keys have the same rules. Contains secrets: a map key, never shown.
  std::string rules_key;

  /// Likely mistakes that are allowed: unknown fields, times that look like milliseconds.
  std::vector<std::string> warnings;

  /// The message that matches answers: of several, the first that contains `{{request_id}}` or `{{uuid}}`.
  [[nodiscard]] const MessageTemplate& id_message() const;
};

/// Whether a call returns an array.
[[nodiscard]] inline bool gives_many(const CallTemplate& call_template) {
  const int expected = call_template.expected_responses.value_or(1);
  return expected != 1 && expected != kNothing;
}

/// Whether values that are captured later stand in what is rendered for a call.
[[nodiscard]] bool takes_captured(const CallTemplate& call_template);

/// Parses and checks. Fails with `invalid_call_template` (`field` set; the message names the field, what it got — never
/// a secret — and what it takes) or, for a URL that is not secure, `url_refused`. A text that is not JSON is an
/// `invalid_call_template` too.
[[nodiscard]] Result<CallTemplate> parse_call_template(std::string_view text);

/// The checked template as JSON text, with the reference's defaults filled into `auth`, fields that hold their default
/// dropped, unknown fields kept.
[[nodiscard]] Result<std::string> normalize_call_template(std::string_view text);

}  // namespace utcp::ws
