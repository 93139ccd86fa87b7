// Owns the table of errors: code, class, fault.
// Must not know where an error came from or how a host shows it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#ifndef __EMSCRIPTEN__
#include <stdexcept>
#endif
#include <string>
#include <string_view>
#include <utility>

#include "text.hpp"

namespace utcp::ws {

/// Whose fault an error is, so that its reader knows who has to act.
enum class Fault : std::uint8_t {
  caller,   ///< the code that called the library: a bad argument, template or option
  peer,     ///< the endpoint: it answered with something wrong, or closed
  network,  ///< nothing answered, or the connection broke
  host,     ///< the JavaScript host or its configuration cannot do what was asked
  library,  ///< a defect in this library
};

enum class ErrorCode : std::uint8_t {
  invalid_json,           ///< a text that must be JSON is not, or nests too deeply
  invalid_call_template,  ///< a field of a call template has the wrong type or is out of range
  invalid_argument,       ///< an argument or option cannot be used
  url_refused,            ///< a URL is not secure, or URL parsers could read it differently
  invalid_manual,         ///< an endpoint sent an invalid manual
  connection_failed,      ///< the connection could not be opened
  handshake_refused,      ///< the endpoint answered the opening handshake with an HTTP error
  websocket_unavailable,  ///< the host has no WebSocket, or refuses to create one
  auth_failed,            ///< a credential was refused, by the endpoint or by the token endpoint
  auth_unsupported,       ///< the host cannot send the credential that the call template asks for
  token_unavailable,      ///< the token endpoint did not answer, or not with a token or an error of its own
  connection_timeout,     ///< the connection was not open within `connection_timeout`
  response_timeout,       ///< no response came within `response_timeout`
  connection_closed,      ///< the connection closed before the call was answered
  subprotocol_mismatch,   ///< the endpoint did not select the subprotocol that was offered
  invalid_frame,          ///< a frame violates its protocol
  frame_too_large,        ///< a frame is larger than the limit
  stream_overflow,        ///< more stream items waited for their consumer than the limit allows
  queue_full,             ///< more calls waited for one endpoint than the limit allows
  tool_failed,            ///< the tool answered with an error
  manual_deregistered,    ///< the call's manual was deregistered while the call was in flight
  protocol_closed,        ///< the protocol was closed while the call was in flight
  aborted,                ///< the caller aborted; JavaScript rejects with the signal's own reason
  module_failed,          ///< the WebAssembly module trapped or ran out of memory; the next call starts a new one
};

/// One row of the error table. `name` is the `code` that users see; `class_name` the JavaScript class.
struct ErrorKind {
  ErrorCode code;
  Fault fault;
  const char* name;
  const char* class_name;
};

/// All rows, in the order of `ErrorCode`.
[[nodiscard]] std::span<const ErrorKind> error_table();
[[nodiscard]] const ErrorKind& describe(ErrorCode code);
[[nodiscard]] const char* error_name(ErrorCode code);
[[nodiscard]] const char* fault_name(Fault fault);

/// An error as a value. `message` says what happened and what to do, and never contains a secret.
struct Error {
  ErrorCode code;
  std::string message;
  std::string field{};     ///< the call template field that caused it (`auth.location`), if any
  int close_code = 0;      ///< RFC 6455 section 7.4 code; for `connection_closed`
  std::string reason{};    ///< the peer's reason for closing; for `connection_closed`
  bool was_clean = false;  ///< whether the closing handshake was completed
  int http_status = 0;     ///< status of a refused handshake, 0 if the host does not reveal it
#ifndef __EMSCRIPTEN__     // a JavaScript host keeps these as values of its own
  std::string detail{};    ///< `tool_failed`: the tool's error, as JSON text
  std::string cause{};     ///< the system's text (`Connection refused`), if there is one
#endif
};

/// Null: success.
using ErrorPtr = std::unique_ptr<Error>;
[[nodiscard]] ErrorPtr on_heap(Error error);
[[nodiscard]] ErrorPtr make_error(ErrorCode code, std::string message, TextRef field = "");

#ifdef __EMSCRIPTEN__
inline void require_value(const Error*) {}  // the core asks `ok` first, and nothing throws there
#else
/// The exception that `Result::value()` throws on an error.
class BadResult : public std::runtime_error {
 public:
  explicit BadResult(Error error);
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
};
[[noreturn]] void throw_bad_result(const Error& error);
inline void require_value(const Error* error) {
  if (error != nullptr) throw_bad_result(*error);
}
#endif

/// A value or an error. The error lives on the heap, so that successful results stay
/// small. `value()` throws a `BadResult` on an error; `*` and `->` do not check. Construct a large value
/// in place: `Result<T> result;`, fill `result.value()`, perhaps `fail`, return it.
template <class T>
class [[nodiscard]] Result {
 public:
  Result() = default;
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(on_heap(std::move(error))) {}

  void fail(ErrorPtr error) { error_ = std::move(error); }

  [[nodiscard]] bool ok() const { return error_ == nullptr; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & { return require_value(error_.get()), value_; }
  [[nodiscard]] const T& value() const& { return require_value(error_.get()), value_; }
  [[nodiscard]] T&& value() && { return require_value(error_.get()), std::move(value_); }
  [[nodiscard]] T& operator*() & { return value_; }
  [[nodiscard]] const T& operator*() const& { return value_; }
  [[nodiscard]] T&& operator*() && { return std::move(value_); }
  [[nodiscard]] T* operator->() { return &value_; }
  [[nodiscard]] const T* operator->() const { return &value_; }
  [[nodiscard]] Error& error() & { return *error_; }
  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return std::move(*error_); }
  [[nodiscard]] ErrorPtr take_error() { return std::move(error_); }

 private:
  T value_{};
  ErrorPtr error_;
};

}  // namespace utcp::ws
