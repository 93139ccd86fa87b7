// Owns reading members of a call template: presence, type, and the one form that its error messages have.
// Must not know what the fields mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "error.hpp"
#include "json.hpp"

namespace utcp::ws {

/// Reads typed members of one JSON object. The first error is kept; whoever reads asks for it once, at the end.
class FieldReader {
 public:
  enum class Null : bool { absent, refused };
  enum class Shown : bool { value, type };  ///< what an error may tell of a value; a secret's type only

  /// `prefix` stands before the names in errors: `auth.`.
  explicit FieldReader(const Json& object, std::string prefix = {}) : object_(object), prefix_(std::move(prefix)) {}

  /// The member, or null where it is absent.
  [[nodiscard]] const Json* find(std::string_view name, Null null = Null::absent) const {
    const auto member = object_.find(name);
    if (member == object_.end() || (null == Null::absent && member->is_null())) return nullptr;
    return &*member;
  }

  /// The string in a member; null where it is absent or not a string, which is an error.
  [[nodiscard]] const std::string* string(std::string_view name, Shown shown, Null null = Null::absent) {
    const Json* value = find(name, null);
    if (value == nullptr) return nullptr;
    const auto* text = value->get_ptr<const std::string*>();
    if (text == nullptr) refuse(name, "a string", *value, shown);
    return text;
  }

  /// The same for a member that must be there.
  [[nodiscard]] const std::string* required_string(std::string_view name, Shown shown) {
    if (find(name, Null::refused) == nullptr) fail(name, "a string", "nothing");
    return string(name, shown, Null::refused);
  }

  [[nodiscard]] bool boolean(std::string_view name, bool fallback, Null null = Null::absent) {
    const Json* value = find(name, null);
    if (value == nullptr) return fallback;
    const auto* flag = value->get_ptr<const bool*>();
    if (flag == nullptr) refuse(name, "true or false", *value);
    return flag != nullptr ? *flag : fallback;
  }

  /// A value that is there and will not do.
  void refuse(std::string_view name, std::string_view takes, const Json& got, Shown shown = Shown::value) {
    fail(name, takes, shown == Shown::value ? json::summary(got) : std::string(json::type_summary(got)));
  }

  /// `call template field "timeout" must be a number of seconds above 0; got -1`
  void fail(std::string_view name, std::string_view takes, std::string_view got) {
    std::string field = prefix_ + std::string(name);
    std::string message = "call template field \"" + field + "\" must be ";
    message.append(takes).append("; got ").append(got);
    fail({ErrorCode::invalid_call_template, std::move(message), std::move(field)});
  }

  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const Json& object_;
  std::string prefix_;
  std::optional<Error> error_;
};

}  // namespace utcp::ws
