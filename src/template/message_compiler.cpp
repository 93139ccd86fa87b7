// Owns compiling a `message` (see message_template.hpp): its literals, the encoding of each placeholder,
// and the position of the request's id. Must not know arguments.
#include <algorithm>
#include <utility>

#include <utcp_websocket/json_scanner.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

#include "placeholders.hpp"
#include "spread.hpp"

namespace utcp::ws {

namespace {

// Templates come from peers: with more, a small one could make a message that fills the memory. Each level of JSON text
// within JSON text doubles what a quote becomes.
constexpr std::size_t kMostPlaceholders = 1000;
constexpr std::uint8_t kMostLevels = 8;

constexpr const char* kTooMany =
    "a message may have at most 1000 placeholders, including members next to \"...\", and JSON text within JSON text "
    "at most 8 levels deep";
constexpr const char* kBadSpread =
    "\"...\" may occur only once, as \"...\": \"{{args}}\", in JSON in which {{args}} occurs nowhere else and no name "
    "contains placeholders";

}  // namespace

// Compiles a message while it is read, so that nothing is built and numbers keep their digits.
class MessageTemplate::Compiler final : public json::ScanListener {
 public:
  explicit Compiler(MessageTemplate& message) : message_(message) {}

  void compile(std::string_view text) {
    spread_ = find_spread(text);
    if (spread_.is_refused) refusal_ = kBadSpread;
    error_ = json::read(text, kDefaultMaxJsonDepth, *this);
    if (message_.spreads() && message_.holds(kArgsPlaceholder)) refusal_ = kBadSpread;
    if (error_ == nullptr && refusal_ != nullptr) error_ = make_error(ErrorCode::invalid_call_template, refusal_);
  }
  [[nodiscard]] ErrorPtr take_error() { return std::move(error_); }

  void open(bool is_object) override {
    before_value();
    literal(is_object ? "{" : "[");
    enter(!is_object);
  }
  void name(std::string_view raw) override {
    const std::string name = json::text_of(raw);
    std::size_t& count = levels_.back().count;
    const bool is_spread = name == kSpreadName;
    if (count > 0 && !(is_spread && spread_.is_last)) literal(",");
    if (is_spread) {
      spread(spread_, 0);
      count = 0;  // it has the comma that it needs
      is_spread_value_ = true;
      return;
    }
    ++count;
    literal(json::quote(name));
    literal(":");
    path_.tokens.back() = name;
    levels_.back().is_known = true;
  }
  void scalar(std::string_view raw) override {
    if (std::exchange(is_spread_value_, false)) return;
    if (levels_.empty()) {
      whole(raw);
      return;
    }
    before_value();
    if (!json::is_string(raw)) {
      literal(raw);
      return;
    }
    const std::string text = json::text_of(raw);
    note_id(text);
    if (text == kArgsPlaceholder || is_typed_argument(text)) {
      placeholders(text, Encoding::json_value);
    } else {
      literal("\"");
      if (is_json_text(text)) {
        json_shaped(text, 1);
      } else {
        placeholders(text, Encoding::json_string, 0, 1);
      }
      literal("\"");
    }
  }
  void close(std::string_view /*raw*/) override {
    literal(levels_.back().is_array ? "]" : "}");
    leave();
  }

 private:
  // A message that is neither object nor array.
  void whole(std::string_view raw) {
    const std::string text = json::text_of(raw);
    if (raw == "null") {
      message_.has_message_ = false;
    } else if (is_json_shaped(text)) {
      json_shaped(text, 0);
    } else {
      placeholders(text, Encoding::text);
    }
  }

  // A string that is JSON once its placeholders are filled in. Only its string literals, brackets and commas are looked
  // at, for until then no JSON parser could read it. `levels`: in how many strings of the message it stands.
  void json_shaped(std::string_view text, std::uint8_t levels) {
    Spread found = find_spread(text);
    if (found.is_refused) refusal_ = kBadSpread;
    const std::size_t begin = found.is_there && !found.is_refused ? found.begin : text.size();
    std::size_t outside = 0;  // where the stretch outside of string literals began
    std::size_t i = 0;
    while (i < text.size()) {
      const BuiltIn* built_in = built_in_at(text, i);
      const std::size_t size = size_at(text, i);
      if (i == begin) {
        placeholders(text.substr(outside, i - outside), Encoding::json_value, levels, levels);
        outside = i = found.end;
        spread(found, levels);
        found.is_there = false;
      } else if (text[i] == '"') {
        const std::size_t end = closing_quote(text, i);
        const std::string_view inside = text.substr(i + 1, end - i - 1);
        const bool is_name = is_name_literal(text, end);
        if (is_name && inside == kSpreadName) refusal_ = kBadSpread;  // in what is no JSON
        if (levels == 0) note_literal(text, i, end, is_name);
        const bool is_typed =
            (inside == kArgsPlaceholder || is_typed_argument(inside)) && !is_name && end < text.size();
        const std::size_t quotes = is_typed ? 0 : 1;
        placeholders(text.substr(outside, i + quotes - outside), Encoding::json_value, levels, levels);
        if (is_typed) {
          placeholders(inside, Encoding::json_value, levels, levels);
        } else {
          inside_literal(inside, levels);
        }
        outside = std::min(end + 1 - quotes, text.size());
        i = std::min(end + 1, text.size());
      } else if (built_in != nullptr) {
        const std::size_t end = i + built_in->placeholder.size();
        if (levels == 0 && is_whole_value(text, i, end)) note_id(built_in->placeholder);
        i = end;
      } else if (size != 0) {
        i += size;
      } else {
        if (levels == 0) structure(text[i]);
        ++i;
      }
    }
    placeholders(text.substr(outside), Encoding::json_value, levels, levels);
    if (found.is_there) refusal_ = kBadSpread;
  }

  // Keeps track of the place that a string literal of a JSON-shaped message tells.
  void note_literal(std::string_view text, std::size_t open, std::size_t close, bool is_name) {
    const std::string_view inside = text.substr(open + 1, close - open - 1);
    if (!is_name) {
      if (is_whole_value(text, open, close + 1)) note_id(inside);
    } else if (!levels_.empty()) {
      path_.tokens.back() = json::text_of(text.substr(open, close + 1 - open));
      levels_.back().is_known = !may_hold_placeholders(inside);
    }
  }

  void placeholders(std::string_view text, Encoding encoding, std::uint8_t levels = 0, std::uint8_t escapes = 0) {
    if (may_hold_placeholders(text)) {
      count_placeholders(text);
      Segment& segment = message_.segments_.emplace_back();
      segment.text = text;
      segment.kind = Segment::Kind::placeholders;
      segment.encoding = encoding;
      segment.levels = levels;
      segment.escapes = escapes;
    } else {
      literal(json::escaped(std::string(text), escapes));
    }
  }

  // The arguments but those that the template's author wrote, which are counted: each is held against each argument.
  void spread(Spread& found, std::uint8_t levels) {
    if (message_.spreads()) refusal_ = kBadSpread;
    Segment& segment = message_.segments_.emplace_back();
    segment.kind = Segment::Kind::spread;
    segment.is_last = found.is_last;
    segment.encoding = Encoding::json_value;
    segment.levels = segment.escapes = levels;
    placeholders_ += found.names.size() + 1;
    if (placeholders_ > kMostPlaceholders) refusal_ = kTooMany;
    message_.beside_spread_ = std::move(found.names);
  }

  void count_placeholders(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t size = size_at(text, i);
      if (size != 0 && ++placeholders_ > kMostPlaceholders) refusal_ = kTooMany;
      i += std::max<std::size_t>(size, 1);
    }
  }

  void literal(std::string_view text) {
    auto& segments = message_.segments_;
    if (segments.empty() || segments.back().kind != Segment::Kind::literal) segments.emplace_back();
    segments.back().text += text;
  }

  // A placeholder cannot start with the second character of an escape: in `"\UTCP_ARG_…"` the backslash would take the
  // first character of the value with it, and a quote there could end the string.
  void inside_literal(std::string_view raw, std::uint8_t levels) {
    if (const std::string text = json::text_of(concat({"\"", raw, "\""})); is_json_text(text)) {
      if (levels == kMostLevels) {
        refusal_ = kTooMany;
      } else {
        json_shaped(text, levels + 1);
      }
      return;
    }
    std::size_t start = 0;
    for (std::size_t i = raw.find('\\'); i != raw.npos; i = raw.find('\\', std::min(i + 2, raw.size()))) {
      if (i + 1 == raw.size() || (raw[i + 1] != 'U' && raw[i + 1] != '{')) continue;
      placeholders(raw.substr(start, i - start), Encoding::json_string, levels, levels);
      literal(json::escaped(std::string(raw.substr(i, 2)), levels));
      start = i + 2;
    }
    placeholders(raw.substr(start), Encoding::json_string, levels, levels);
  }

  // An object or array begins at the current path, and ends.
  void enter(bool is_array) {
    levels_.push_back({is_array, 0, is_array});
    path_.tokens.emplace_back();
    if (is_array) path_.tokens.back() = "0";
  }
  void leave() {
    levels_.pop_back();
    path_.tokens.pop_back();
  }

  // Elements are told by their place only; members have their name before them.
  void before_value() {
    if (levels_.empty() || !levels_.back().is_array) return;
    if (levels_.back().count > 0) literal(",");
    path_.tokens.back() = to_text(levels_.back().count++);
  }

  // Keeps track of where in the document a JSON-shaped string has come to.
  void structure(char c) {
    if (c == '{' || c == '[') {
      enter(c == '[');
    } else if (levels_.empty()) {
      return;
    } else if (c == '}' || c == ']') {
      leave();
    } else if (c == ',' && levels_.back().is_array) {
      path_.tokens.back() = to_text(++levels_.back().count);
    } else if (c == ',') {
      levels_.back().is_known = false;
    }
  }

  // `text` is a whole value at the current path. The first request id counts, without one the first uuid.
  void note_id(std::string_view text) {
    for (const Level& level : levels_) {
      if (!level.is_known) return;
    }
    auto& place = message_.id_place_;
    if (text == kRequestIdPlaceholder && (!place || place->is_uuid)) {
      place = IdPlace{path_, false};
    } else if (text == kUuidPlaceholder && !place) {
      place = IdPlace{path_, true};
    }
  }

  struct Level {
    bool is_array;
    std::size_t count;  // of the members or elements so far
    bool is_known;      // where the current one stands: not below a name that a call's values make
  };
  MessageTemplate& message_;
  json::Pointer path_;
  std::vector<Level> levels_;
  std::size_t placeholders_ = 0;
  Spread spread_;                 // of a message that is JSON, until it is reached
  bool is_spread_value_ = false;  // comes next
  const char* refusal_ = nullptr;
  ErrorPtr error_;
};

Result<MessageTemplate> MessageTemplate::compile(std::string_view message) {
  Result<MessageTemplate> result;
  result.value().has_message_ = true;
  Compiler compiler(result.value());
  compiler.compile(message);
  result.fail(compiler.take_error());
  if (result && result.value().depends_on_names()) result.value().source_ = json::compact(message);
  return result;
}

}  // namespace utcp::ws
