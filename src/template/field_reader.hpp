// Owns reading members of a call template: presence, type, and the one form that its error messages have.
// Must not know what the fields mean.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/json_pointer.hpp>
#include <utcp_websocket/json_text.hpp>

namespace utcp::ws {

/// Parses typed members of one JSON object. The first error is kept, to be checked once, at the end. Names
/// and texts are C strings: a view from a literal costs five times the code, at each of a hundred calls.
class FieldReader {
 public:
  enum class Presence {
    optional,  ///< null counts as absent
    not_null,  ///< may be absent, but null is a value of the wrong type
    required,
  };
  enum class Shown : bool { value, type };  ///< what an error may show of a value; of a secret only its type

  /// `prefix` precedes the names in errors: `auth.`.
  explicit FieldReader(const json::Members& members, const char* prefix = "") : members_(members), prefix_(prefix) {}

  /// The JSON text of a member; empty where it is absent.
  [[nodiscard]] std::string_view find(const char* name, Presence presence = Presence::optional) const;

  /// Reads a string into `out`, which keeps what it holds where the member is absent. Returns whether it read one.
  bool string(const char* name, std::string& out, Shown shown, Presence presence = Presence::optional);

  /// Which of `options` a string is: its place, counted from 1; 0 where it is absent or another one, which is an error.
  [[nodiscard]] int choice(const char* name, std::initializer_list<const char*> options,
                           Presence presence = Presence::optional);

  void boolean(const char* name, bool& out, Presence presence = Presence::optional);

  /// Refuses a value. `got` is its JSON text.
  void refuse(const char* name, const char* takes, TextRef got, Shown shown = Shown::value);

  /// `call template field "timeout" must be a number of seconds above 0; got -1`
  void fail(const char* name, const char* takes, const char* got);
  /// An error from elsewhere, reported for a field.
  void fail_in(const char* name, ErrorPtr error);
  void fail(ErrorPtr error);

  [[nodiscard]] ErrorPtr take_error() { return std::move(error_); }

 private:
  const json::Members& members_;
  const char* prefix_;
  ErrorPtr error_;
};

/// A JSON Pointer; `out` keeps what it holds where the member is absent.
void read_pointer(FieldReader& fields, const char* name, std::optional<json::Pointer>& out);

}  // namespace utcp::ws
