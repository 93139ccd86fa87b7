// Owns the table of everything that can go wrong: code, class, whose fault it is.
// Must not know where an error came from or how a host shows it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace utcp::ws {

/// Whose fault an error is, so that its reader knows who has to act.
enum class Fault : std::uint8_t {
  caller,   ///< the code that called the library: a bad argument, template or option
  peer,     ///< the endpoint: it answered with something wrong, or closed
  network,  ///< nothing answered, or the way there broke
  host,     ///< the JavaScript host or its configuration cannot do what was asked
  library,  ///< a defect in this library
};

enum class ErrorCode : std::uint8_t {
  invalid_json,
  invalid_call_template,
  invalid_argument,
  url_refused,
  invalid_manual,
  connection_failed,
  handshake_refused,
  websocket_unavailable,
  auth_failed,
  auth_unsupported,
  token_unavailable,
  connection_timeout,
  response_timeout,
  connection_closed,
  subprotocol_mismatch,
  invalid_frame,
  frame_too_large,
  stream_overflow,
  queue_full,
  tool_failed,
  manual_deregistered,
  protocol_closed,
  aborted,
  module_failed,
};

/// One row of the error table. `name` is the `code` that users see; `class_name` the JavaScript class.
struct ErrorKind {
  ErrorCode code;
  std::string_view name;
  std::string_view class_name;
  Fault fault;
  std::string_view meaning;
};

/// All rows, in the order of `ErrorCode`.
[[nodiscard]] std::span<const ErrorKind> error_table();
[[nodiscard]] const ErrorKind& describe(ErrorCode code);
[[nodiscard]] std::string_view fault_name(Fault fault);

/// An error as a value. `message` says what happened and what to do, and never holds a secret.
struct Error {
  ErrorCode code;
  std::string message;
  std::string field{};     ///< the call template field (`auth.location`), where one is to blame
  int close_code = 0;      ///< RFC 6455 section 7.4 code; for `connection_closed`
  std::string reason{};    ///< the peer's reason for closing; for `connection_closed`
  bool was_clean = false;  ///< whether the closing handshake was completed
  int http_status = 0;     ///< status of a refused handshake, 0 where the host does not show it
};

/// Null: all went well.
using ErrorPtr = std::unique_ptr<Error>;
[[nodiscard]] ErrorPtr on_heap(Error error);

/// A value or the error that took its place. The error lives on the heap, so that results stay small where all goes
/// well. A large value is best made in place: `Result<T> result;`, fill `result.value()`, perhaps `fail`, return it.
template <class T>
class [[nodiscard]] Result {
 public:
  Result() = default;
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(on_heap(std::move(error))) {}

  void fail(ErrorPtr error) { error_ = std::move(error); }

  [[nodiscard]] bool ok() const { return error_ == nullptr; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & { return value_; }
  [[nodiscard]] const T& value() const& { return value_; }
  [[nodiscard]] T&& value() && { return std::move(value_); }
  [[nodiscard]] Error& error() & { return *error_; }
  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return std::move(*error_); }

 private:
  T value_{};
  ErrorPtr error_;
};

}  // namespace utcp::ws
