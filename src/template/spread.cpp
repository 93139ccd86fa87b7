#include "spread.hpp"

#include <algorithm>
#include <utility>

#include <utcp_websocket/json_scanner.hpp>
#include <utcp_websocket/json_text.hpp>

#include "placeholders.hpp"

namespace utcp::ws {
namespace {

// The text with numbers and blanks for the placeholders outside of its strings: everything stays where it is.
std::string with_numbers(std::string_view text) {
  std::string filled(text);
  for (std::size_t i = 0; i < text.size();) {
    std::size_t size = 1;
    if (text[i] == '"') {
      size = closing_quote(text, i) + 1 - i;
    } else if (const std::size_t found = size_at(text, i); found != 0) {
      filled.replace(i, found, found, ' ')[i] = '0';
      size = found;
    }
    i += size;
  }
  return filled;
}

// Looks for the object that it stands in.
class SpreadFinder final : public json::ScanListener {
 public:
  void open(bool /*is_object*/) override { ++depth_; }
  void name(std::string_view literal) override {
    if (may_hold_placeholders(literal)) fills_names = true;
    if (json::text_of(literal) != kSpreadName) return;
    ++count;
    place = literal.data();
    depth_of_it_ = depth_;
  }
  void scalar(std::string_view /*raw*/) override {}
  void close(std::string_view raw) override {
    if (depth_-- != depth_of_it_) return;
    object = raw;
    depth_of_it_ = 0;
  }

  bool fills_names = false;  // whether names depend on the call
  std::size_t count = 0;
  const char* place = nullptr;
  std::string_view object;

 private:
  std::size_t depth_ = 0, depth_of_it_ = 0;
};

}  // namespace

Spread find_spread(std::string_view text) {
  Spread spread;
  // Most messages have none: a name of three dots, or of their escapes.
  if (text.find(kSpreadName) == text.npos && text.find("\\u002") == text.npos) return spread;
  const std::string filled = with_numbers(text);
  SpreadFinder finder;
  const bool is_json = json::read(filled, kDefaultMaxJsonDepth, finder) == nullptr;
  spread.is_there = finder.count != 0;
  spread.is_refused = spread.is_there && (!is_json || finder.count > 1);
  if (!spread.is_there || spread.is_refused) return spread;

  const auto offset = [&filled](const char* place) { return static_cast<std::size_t>(place - filled.data()); };
  for (auto& [name, value] : json::members_of(finder.object)) {
    if (name != kSpreadName) {
      spread.names.push_back(std::move(name));
      continue;
    }
    const std::size_t quote = json::is_string(value) ? 1 : 0;
    const std::string_view found = text.substr(offset(value.data()));
    spread.end = offset(value.data()) + kArgsPlaceholder.size() + 2 * quote;
    spread.is_refused = finder.fills_names || !found.substr(quote).starts_with(kArgsPlaceholder) ||
                        (quote != 0 && value.size() != kArgsPlaceholder.size() + 2);
  }
  if (spread.is_refused) return spread;
  const std::size_t before = text.find_last_not_of(kBlank, offset(finder.place) - 1);
  const std::size_t after = text.find_first_not_of(kBlank, spread.end);
  spread.is_last = text[after] != ',';
  if (!spread.is_last) spread.end = after + 1;
  spread.begin = before + (text[before] == ',' && spread.is_last ? 0 : 1);
  return spread;
}

}  // namespace utcp::ws
