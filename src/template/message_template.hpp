// Owns the `message` of a call template: compiled once, planned per set of argument names, rendered many times.
// Must not know connections, or read the values of arguments before they are inserted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/error.hpp>
#include <utcp_websocket/json_scan.hpp>
#include <utcp_websocket/json_text.hpp>

namespace utcp::ws {

/// How a value is inserted into the message.
enum class Encoding : std::uint8_t {
  text,         ///< a string as it is, anything else as compact JSON text
  json_string,  ///< that same text, escaped for the inside of a JSON string literal
  json_value,   ///< as a JSON value; of the built-ins ids as numbers where they are integers, the rest as strings
};

/// One piece of a message. A plan is a list of pieces; the owner of the arguments renders it (native:
/// `render`; JavaScript: `js/core/message.js`), so that a large argument is never copied into the core.
struct Piece {
  enum class Kind : std::uint8_t {
    literal,
    argument,
    all_arguments,
    request_id,
    uuid,
    now,
    tool_name,
    new_id,
    traceparent,
    tracestate,
    captured
  };
  Kind kind = Kind::literal;
  Encoding encoding = Encoding::text;
  std::string text;         ///< literal: the text; argument: its name; captured: `connect.sid` (see captured.hpp)
  std::uint8_t levels = 0;  ///< number of additional escapes, for JSON text within JSON strings
  bool operator==(const Piece&) const = default;
};
using Plan = std::vector<Piece>;

/// How to handle a placeholder without its argument.
enum class MissingArguments : std::uint8_t {
  error,  ///< the call fails with `invalid_argument`
  omit,   ///< a member or element that is only the placeholder is omitted; inside a text it becomes empty
  keep,   ///< it stays as it is, as in the reference; `{{args.name}}` that is a whole value becomes null
};

/// Values of the built-ins for one rendering.
struct BuiltIns {
  std::string_view request_id;
  std::string_view uuid;
  std::string_view now;        ///< ISO 8601, UTC, milliseconds
  std::string_view tool_name;  ///< without the manual's name
  std::string_view new_id{};   ///< a number that no request on the connection has
  /// W3C Trace Context; empty: there is none, and what is missing is left out as by `MissingArguments::omit`.
  std::string_view traceparent{}, tracestate{};
};

inline constexpr std::string_view kRequestIdPlaceholder = "{{request_id}}";

class Names;

class MessageTemplate {
 public:
  /// No `message`: the arguments are sent as one JSON object.
  MessageTemplate() = default;

  /// `message` is the JSON text of a string, object or array (`null`: none). A string that starts with `{` or `[`, but
  /// not with a placeholder, is JSON-shaped; so is a string within that is JSON text. `{{…}}` built-ins,
  /// `UTCP_ARG_<name>_UTCP_ARG` and `{{args.<name>}}` (which, as a whole string, is the value instead of its text) are
  /// found here. `"...": "{{args}}"` becomes the arguments, each a member, without those of a name that stands beside
  /// it. A name that stands twice goes out twice. Fails with `invalid_json`; with `invalid_call_template` where it has
  /// more than 1,000 placeholders, JSON text within JSON text more than 8 deep, or a `"..."` that cannot be.
  [[nodiscard]] static Result<MessageTemplate> compile(std::string_view message);

  /// The pieces for a call with arguments of these names: a name ends at the first `_UTCP_ARG` that makes it one of
  /// `names`. `{{traceparent}}` and `{{tracestate}}` are among them where there is one, and else left out. Neighbouring
  /// literals are joined. Fails with `invalid_argument` where an argument is missing and that is
  /// an error.
  [[nodiscard]] Result<Plan> plan(std::span<const std::string> names, MissingArguments missing) const;
  /// The same; what is missing is kept.
  [[nodiscard]] Plan plan(std::span<const std::string> names) const;

  /// The arguments that placeholders name, each once, if every name ends as early as it can.
  [[nodiscard]] std::vector<std::string> argument_names() const;

  /// The argument whose placeholder is the whole message; empty: there is none. Of a binary message it may be bytes.
  [[nodiscard]] std::string_view lone_argument() const;

  /// Whether any placeholder could depend on the arguments' names. If not, one plan serves every call.
  [[nodiscard]] bool depends_on_names() const;

  /// Whether the arguments become members of an object in it: `"...": "{{args}}"`.
  [[nodiscard]] bool spreads() const;

  /// Whether it has no placeholders at all, of arguments or built in.
  [[nodiscard]] bool is_constant() const;

  /// Where the request's id stands in the message: a whole JSON string value `{{request_id}}` or `{{uuid}}`, or one of
  /// these unquoted in a JSON-shaped string. The first `{{request_id}}` counts, without one the first `{{uuid}}`.
  /// Below a name that a call's values make there is none. Responses carry it back at the same place.
  struct IdPlace {
    json::Pointer pointer;
    bool is_uuid = false;
  };
  [[nodiscard]] const std::optional<IdPlace>& id_place() const { return id_place_; }

  /// Whether `{{request_id}}` or `{{uuid}}` stands anywhere in the message, so that a response can carry it back.
  [[nodiscard]] bool holds_request_id() const;
  [[nodiscard]] bool holds_uuid() const;
  [[nodiscard]] bool holds_new_id() const;

 private:
  class Compiler;

  // A stretch of the template's text in which all placeholders take one encoding.
  struct Segment {
    enum class Kind : std::uint8_t {
      literal,  // copied as it is
      placeholders,
      spread,  // no text: the members that the arguments become, see `Spread`
    };
    std::string text;
    Kind kind = Kind::literal;
    bool is_last = false;  // spread: no member follows
    Encoding encoding = Encoding::text;
    std::uint8_t levels = 0;   // of the values put in: see `Piece`
    std::uint8_t escapes = 0;  // how often `text`, which is decoded, must be escaped again when it goes out
  };
  // What a plan is made without.
  struct Gaps {
    std::string argument;  // the first that is missing
    bool trace = false;
  };
  [[nodiscard]] Plan pieces_for(const Names& names, MissingArguments missing, Gaps& gaps) const;
  void append_spread(Plan& plan, const Segment& segment, const Names& names) const;
  [[nodiscard]] bool holds(std::string_view text) const;
  [[nodiscard]] MessageTemplate without_missing(const Names& names) const;

  bool has_message_ = false;
  std::string source_;  // its JSON text, where arguments may be missing
  std::vector<Segment> segments_;
  std::vector<std::string> beside_spread_;  // members that the template's author wrote: no argument takes their place
  std::optional<IdPlace> id_place_;
};

/// An argument as inserted into the message. `raw`: its JSON text; empty: there is none, so that it is null, or no
/// text.
[[nodiscard]] std::string rendered(const Piece& argument, std::string_view raw);

/// A plan with all values but those known later: only literals, captured pieces and, if `built_ins` has none, new ids
/// remain. See `render`.
[[nodiscard]] Plan fill(const Plan& plan, std::string_view arguments, const json::Members& members,
                        const BuiltIns& built_ins);

/// Joins the pieces of a plan. Captured values keep their placeholders. `arguments`: an object's
/// JSON text, `members`: the same, as members.
[[nodiscard]] std::string render(const Plan& plan, std::string_view arguments, const json::Members& members,
                                 const BuiltIns& built_ins);

/// The pieces for a call with these arguments, and with what of `built_ins` may be missing.
[[nodiscard]] Result<Plan> plan_for(const MessageTemplate& message, const json::Members& members,
                                    const BuiltIns& built_ins, MissingArguments missing);

/// Plans and fills on the native side: `arguments` is the JSON text of an object, whose numbers keep their digits.
/// Fails with `invalid_json`.
[[nodiscard]] Result<Plan> fill(const MessageTemplate& message, std::string_view arguments, const BuiltIns& built_ins,
                                MissingArguments missing = MissingArguments::keep);

/// Renders on the native side, likewise.
[[nodiscard]] Result<std::string> render(const MessageTemplate& message, std::string_view arguments,
                                         const BuiltIns& built_ins, MissingArguments missing = MissingArguments::keep);

}  // namespace utcp::ws
