#include "spread.hpp"

#include <algorithm>
#include <utility>

#include <utcp_websocket/json_scanner.hpp>
#include <utcp_websocket/json_text.hpp>

#include "placeholders.hpp"

namespace utcp::ws {
namespace {

// A text in which every placeholder is a number with blanks behind it: what stands behind them stays where it is. One
// with a quote in it could hide the end of a string.
std::string with_numbers(std::string_view text) {
  std::string filled(text);
  for (std::size_t i = 0; i < text.size();) {
    const BuiltIn* built_in = built_in_at(text, i);
    const std::size_t size = built_in != nullptr ? built_in->placeholder.size() : placeholder_at(text, i).size;
    if (size != 0 && text.substr(i, size).find('"') == text.npos) filled.replace(i, size, size, ' ')[i] = '0';
    i += std::max<std::size_t>(size, 1);
  }
  return filled;
}

class SpreadFinder final : public json::ScanListener {
 public:
  // `filled`: the text as JSON; `text`: the same with its placeholders.
  SpreadFinder(std::string_view filled, std::string_view text, bool fills_names)
      : filled_(filled), text_(text), fills_names_(fills_names) {}

  void open(bool /*is_object*/) override {
    if (awaits_value_) spread.is_refused = true;
    levels_.emplace_back();
  }
  void name(std::string_view raw) override {
    const std::string_view literal = original(raw);
    std::string name = json::text_of(literal);
    Level& level = levels_.back();
    if (name == kSpreadName) {
      if (spread.is_there) spread.is_refused = true;
      spread.is_there = awaits_value_ = true;
      depth_ = levels_.size();
      spread.begin = place(raw);
    } else {
      if (fills_names_ && may_hold_placeholders(literal)) level.fills_names = true;
      level.names.push_back(std::move(name));
    }
  }
  void scalar(std::string_view raw) override {
    if (!std::exchange(awaits_value_, false)) return;
    const std::size_t quotes = json::is_string(raw) ? 2 : 0;
    const std::string_view value = text_.substr(place(raw), kArgsPlaceholder.size() + quotes);
    if (value.substr(quotes / 2, kArgsPlaceholder.size()) != kArgsPlaceholder ||
        (quotes != 0 && value != original(raw)))
      spread.is_refused = true;
    spread.end = place(raw) + value.size();
  }
  void close(std::string_view /*raw*/) override {
    if (spread.is_there && levels_.size() == depth_) {
      spread.names = std::move(levels_.back().names);
      if (levels_.back().fills_names) spread.is_refused = true;
      depth_ = 0;
    }
    levels_.pop_back();
  }

  Spread spread;

 private:
  struct Level {
    std::vector<std::string> names;
    bool fills_names = false;
  };

  [[nodiscard]] std::size_t place(std::string_view raw) const {
    return static_cast<std::size_t>(raw.data() - filled_.data());
  }
  [[nodiscard]] std::string_view original(std::string_view raw) const { return text_.substr(place(raw), raw.size()); }

  std::string_view filled_;
  std::string_view text_;
  bool fills_names_;
  std::vector<Level> levels_;
  std::size_t depth_ = 0;  // of the object that it stands in, while that is open
  bool awaits_value_ = false;
};

}  // namespace

Spread find_spread(std::string_view text, bool is_json) {
  // Most messages have none: a name of three dots, or of their escapes.
  if (text.find(kSpreadName) == text.npos && text.find("\\u002") == text.npos) return {};
  const std::string filled = is_json ? std::string(text) : with_numbers(text);
  SpreadFinder finder(filled, text, !is_json);
  const bool is_valid = json::read(filled, kDefaultMaxJsonDepth, finder) == nullptr;
  Spread& spread = finder.spread;
  if (!is_valid) spread.is_refused = spread.is_there;
  if (!spread.is_there || spread.is_refused) return std::move(spread);
  const std::size_t before = text.find_last_not_of(kBlank, spread.begin - 1);
  const std::size_t after = text.find_first_not_of(kBlank, spread.end);
  if (text[after] == ',') {
    spread.comma = Spread::Comma::after;
    spread.end = after + 1;
  } else if (text[before] == ',') {
    spread.comma = Spread::Comma::before;
    spread.begin = before;
  }
  return std::move(spread);
}

}  // namespace utcp::ws
