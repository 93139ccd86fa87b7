// Owns the options of the native client and of one call, and its events. Must not know how they are used.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <utcp_websocket/credentials.hpp>
#include <utcp_websocket/error.hpp>

#include "tools.hpp"

namespace utcp::ws {

/// The connection for which a `CredentialSource` is called.
struct CredentialRequest {
  std::string url;                     ///< the template's
  std::string manual;                  ///< the manual whose tool is called; empty: none
  std::vector<std::string> protocols;  ///< the template's subprotocols
};

/// Receives the answer of a `CredentialSource`: from any thread, at any time, once. An error becomes the `cause` of the
/// `auth_failed` with which the waiting calls end; they are not retried.
using CredentialReply = std::function<void(Result<Credentials>)>;

/// Called before each connection is opened, so that keys may rotate and tickets may be used once; on the client's
/// executor: it must not block. Its result is not cached. Its time counts toward `connection_timeout`.
using CredentialSource = std::function<void(const CredentialRequest&, CredentialReply)>;

/// Bounds of exponential backoff with full jitter.
struct Backoff {
  std::chrono::milliseconds base_delay{200};    ///< upper bound of the first delay; doubled with each failure
  std::chrono::milliseconds max_delay{10'000};  ///< upper bound of any delay
};

/// Limits of memory use. Exceeding one is an error; nothing is truncated silently.
struct Limits {
  std::size_t frame_bytes = std::size_t{64} * 1024 * 1024;   ///< largest message received, after inflating
  std::size_t json_depth = 512;                              ///< how deep JSON may nest, arguments too
  std::size_t stream_items = 10'000;                         ///< stream items waiting for the consumer
  std::size_t stream_bytes = std::size_t{16} * 1024 * 1024;  ///< their size
  std::size_t waiting_calls = 1024;                          ///< calls waiting for a connection, per endpoint
  std::size_t manual_tools = 10'000;                         ///< tools in one manual
};

/// Certificates are always verified: chain, dates, host name. Each text is PEM.
struct TlsOptions {
  std::string ca;                ///< replaces the system's authorities; empty: the system's
  std::string ca_file;           ///< the same, as the path of a file
  std::string certificate;       ///< the client's, with its chain (mTLS); empty: none
  std::string certificate_file;  ///< the same, as the path of a file
  std::string key;               ///< its private key, without a passphrase
  std::string key_file;          ///< the same, as the path of a file
};

/// An event for logs and user interfaces. Never contains a secret or a payload.
struct Event {
  /// As in JavaScript: see `UtcpWebSocketEventMap` there.
  enum class Kind : std::uint8_t { open, close, send, message, unsolicited, retry, warning, token };
  Kind kind;
  std::chrono::system_clock::time_point time;  ///< when it happened
  std::string endpoint;                        ///< the URL without its secrets
  std::optional<std::uint32_t> connection;     ///< number of the connection, unique within the client
  std::optional<std::uint32_t> call;           ///< the request's id, as in `{{request_id}}`
  std::size_t size = 0;                        ///< send, message, unsolicited, warning: bytes
  int close_code = 0;                          ///< close: RFC 6455 section 7.4
  std::string reason;                          ///< close: the reason that came with the code
  int attempt = 0;                             ///< retry: how many attempts have failed
  std::chrono::milliseconds delay{};           ///< retry: until the next attempt
  std::string message;                         ///< unsolicited, retry, warning: why; token: what happened
};
/// The event's name, as in JavaScript: `open`, `close`, …
[[nodiscard]] const char* event_name(Event::Kind kind);

/// A message as sent over the wire, with its content, secrets included: for debugging, not for logs.
struct WireFrame {
  bool is_sent = false;  ///< by the client, else by the peer
  bool is_text = true;
  std::string content;
  std::optional<std::uint32_t> connection;  ///< as in `Event`
};

/// Options of a `Client`. With a wrong one, every operation fails with an `invalid_argument` that names it.
struct ClientOptions {
  std::vector<Header> headers;                      ///< for every handshake, unless a call template sets the same name
  CredentialSource credentials;                     ///< default: none
  std::chrono::milliseconds idle_timeout{300'000};  ///< a connection without calls is closed after it
  std::size_t max_connections = 8;                  ///< per endpoint; calls with correlation share one
  std::optional<Backoff> retry = Backoff{};  ///< of failed attempts, within `connection_timeout`; none: no retries
  bool allow_loopback_tools = false;  ///< keep tools on loopback addresses in manuals that come from another host
  Limits limits;
  TlsOptions tls;
  /// `http://[user:password@]host:port` of a proxy that tunnels with CONNECT; empty: no proxy. Default: `HTTPS_PROXY`,
  /// for `wss:` and `https:` to hosts that are neither loopback nor in `NO_PROXY`, read when the client is created.
  std::optional<std::string> proxy;
  bool compression = true;                         ///< offer permessage-deflate (RFC 7692)
  std::function<void(const Event&)> on_event;      ///< called on the client's executor; default: events cost nothing
  std::function<void(const WireFrame&)> on_frame;  ///< the same, for every message sent and received, as a copy
};

/// Takes what `ChunkedArgument::next` is asked for: the next chunk, none at the end, or an error. From any thread, at
/// any time; a second answer, or one after the end of the call, is ignored. A completion handler for
/// `ToolStream::async_next`, too.
using ChunkReply = std::function<void(Result<std::optional<Json>>)>;

/// An argument whose value comes in chunks: the one of the template's `messages` that names it is sent once for each,
/// those behind it after the last. A chunk is what any argument may be; bytes are `Json::binary`. Both functions are
/// called where the client runs, so that they must not block; what they throw is caught.
struct ChunkedArgument {
  std::string name;
  /// Asked for one chunk at a time, while less than a megabyte waits to be sent. An error, or what it throws, ends the
  /// call with `invalid_argument`, with that as its `cause`.
  std::function<void(ChunkReply)> next;
  /// Called once where the call ends before the chunks do, however it ends; not for a call that never starts.
  std::function<void()> stop{};

  /// Of chunks that are there without waiting: `next` gives one, or none at the end.
  [[nodiscard]] static ChunkedArgument from(std::string name, std::function<std::optional<Json>()> next) {
    return {std::move(name), [next = std::move(next)](const ChunkReply& reply) { reply(next()); }};
  }
};

/// Options of one operation.
struct CallOptions {
  /// Callers never share connections. Any number; 0: no particular caller.
  std::uint32_t caller = 0;
  /// Returns JSON as its unchanged text, in a string, instead of parsing it: for numbers that a double or 64 bits would
  /// round, and for other parsers.
  bool as_text = false;
  /// For this call only, instead of the template's `connection_timeout` and `response_timeout`; 0: none.
  std::optional<std::chrono::microseconds> timeout{};
  /// Ends the call with `aborted` when a stop is requested.
  std::stop_token stop{};
  /// Called on the client's executor with each frame that matches the template's `progress_filter`, decoded as a result
  /// without `result_path`; such a frame is not an answer, and restarts `response_timeout`.
  std::function<void(const Json&)> on_progress{};
  /// For `call_tool` and `stream`: an argument in chunks, beside the others. `response_timeout` does not run while the
  /// call waits for the next chunk.
  std::optional<ChunkedArgument> chunks{};
  /// W3C Trace Context, for `{{traceparent}}` and `{{tracestate}}` in the message; empty: they are omitted.
  std::string traceparent{}, tracestate{};
};

}  // namespace utcp::ws
