#include "json_scan.hpp"

#include <cstdint>
#include <cstring>
#include <utility>

#include <utcp_websocket/text.hpp>

#include "json_scanner.hpp"
#include "json_string.hpp"

namespace utcp::ws::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex_digit(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

// Whether none of eight bytes ends a run of plain string characters: quote, backslash or a control character. Each test
// sets the top bit of a byte that is zero (or below 0x20) and perhaps of bytes above it, so "none" is always right.
bool all_plain(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t word) { return (word - kOnes) & ~word; };
  const std::uint64_t found = has_zero(bytes ^ kOnes * '"') | has_zero(bytes ^ kOnes * '\\');
  const std::uint64_t controls = (bytes - kOnes * 0x20) & ~bytes;
  return ((found | controls) & kTops) == 0;
}

}  // namespace

ScanPlan::ScanPlan(std::vector<Pointer> pointers) {
  for (Pointer& pointer : pointers) {
    std::size_t node = 0;
    for (std::string& token : pointer.tokens) {
      std::size_t found = child(node, token);
      if (found == kNone) {
        found = nodes_.size();
        Node& added = nodes_.emplace_back();
        added.token = std::move(token);
        added.next_sibling = std::exchange(nodes_[node].first_child, found);
      }
      node = found;
    }
    next_slots_.push_back(std::exchange(nodes_[node].first_slot, next_slots_.size()));
  }
}

std::size_t ScanPlan::child(std::size_t node, TextRef token) const {
  const std::string_view wanted = token.view();
  std::size_t child = nodes_[node].first_child;
  while (child != kNone && nodes_[child].token != wanted) child = nodes_[child].next_sibling;
  return child;
}

Scanner::Scanner(std::string_view text, const ScanPlan& plan, std::size_t max_depth, ScanListener* listener)
    : start_(text.data()),
      at_(text.data()),
      end_(text.data() + text.size()),
      plan_(plan),
      max_depth_(max_depth),
      listener_(listener) {
  result_.values.resize(plan.size());
  levels_.reserve(8);  // few texts nest deeper
}

ScanResult Scanner::run() {
  skip_blanks();
  result_.valid = document();
  if (!result_.valid) result_.values.assign(plan_.size(), {});
  return std::move(result_);
}

bool Scanner::document() {
  std::size_t node = 0;
  for (;;) {
    const char* const start = at_;
    const bool is_object = peek() == '{';
    if (is_object || peek() == '[') {
      if (levels_.size() == max_depth_) {
        result_.too_deep = true;
        return false;
      }
      levels_.push_back({start, node, 0, is_object});
      if (listener_ != nullptr) listener_->open(is_object);
      ++at_;
      skip_blanks();
      if (peek() != closing_bracket()) {
        if (!enter_item(node)) return false;
        continue;
      }
    } else {
      if (!scalar()) return false;
      if (listener_ != nullptr) listener_->scalar(since(start));
      keep(node, since(start));
    }
    // A scalar ended, or the closing bracket of an empty container is next.
    if (!leave(node)) return levels_.empty() && at_ == end_;
  }
}

// Goes on to the value that follows a finished one, closing what ends in between. False at the document's end and on an
// error, which leaves a level open or text unread.
bool Scanner::leave(std::size_t& node) {
  for (;;) {
    skip_blanks();
    if (levels_.empty()) return false;
    if (peek() == closing_bracket()) {
      ++at_;
      const Level closed = levels_.back();
      levels_.pop_back();
      if (listener_ != nullptr) listener_->close(since(closed.start));
      keep(closed.node, since(closed.start));
    } else if (peek() == ',') {
      ++at_;
      skip_blanks();
      ++levels_.back().index;
      return enter_item(node);
    } else {
      return false;
    }
  }
}

// At the first byte of a member or an element: finds its node, and stops at its value.
bool Scanner::enter_item(std::size_t& node) {
  const Level& level = levels_.back();
  if (!level.is_object) {
    node = element_node(level);
  } else {
    const char* const start = at_;
    if (peek() != '"' || !string()) return false;
    const std::string_view name = since(start);
    skip_blanks();
    if (peek() != ':') return false;
    ++at_;
    skip_blanks();
    node = member_node(level, name);
    if (listener_ != nullptr) listener_->name(name);
  }
  if (node != kNoNode) forget(node);  // an earlier member of this name does not count
  return true;
}

std::size_t Scanner::element_node(const Level& level) const {
  if (first_child(level.node) == kNoNode) return kNoNode;
  return plan_.child(level.node, to_text(level.index));
}

std::size_t Scanner::member_node(const Level& level, std::string_view literal) const {
  if (first_child(level.node) == kNoNode) return kNoNode;
  const std::string_view name = literal.substr(1, literal.size() - 2);
  if (name.find('\\') == name.npos) return plan_.child(level.node, name);
  return plan_.child(level.node, text_of(literal));
}

void Scanner::forget(std::size_t node) {
  keep(node, {});
  for (std::size_t child = first_child(node); child != kNoNode; child = plan_.nodes_[child].next_sibling) forget(child);
}

void Scanner::keep(std::size_t node, std::string_view value) {
  if (node == kNoNode) return;
  for (std::size_t slot = plan_.nodes_[node].first_slot; slot != kNoNode; slot = plan_.next_slots_[slot]) {
    result_.values[slot] = value;
  }
}

bool Scanner::scalar() {
  switch (peek()) {
    case '"':
      return string();
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    default:
      return number();
  }
}

bool Scanner::literal(std::string_view word) {
  if (remaining() < word.size() || std::memcmp(at_, word.data(), word.size()) != 0) return false;
  at_ += word.size();
  return true;
}

bool Scanner::number() {
  if (peek() == '-') ++at_;
  if (peek() == '0') {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (peek() == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return false;
  }
  return true;
}

bool Scanner::digits() {
  const char* const start = at_;
  while (is_digit(peek())) ++at_;
  return at_ != start;
}

bool Scanner::string() {
  ++at_;
  for (;;) {
    std::uint64_t bytes = 0;
    while (remaining() >= sizeof bytes) {
      std::memcpy(&bytes, at_, sizeof bytes);
      if (!all_plain(bytes)) break;
      at_ += sizeof bytes;
    }
    // Within the eight bytes that stopped the loop, or at the end of the text.
    while (at_ != end_ && static_cast<unsigned char>(*at_) >= 0x20 && *at_ != '"' && *at_ != '\\') ++at_;
    if (peek() == '"') {
      ++at_;
      return true;
    }
    if (peek() != '\\' || !escape()) return false;
  }
}

bool Scanner::escape() {
  ++at_;
  const char kind = peek();
  if (kind == 'u') {
    if (remaining() < 5) return false;
    for (int i = 1; i <= 4; ++i) {
      if (!is_hex_digit(at_[i])) return false;
    }
    at_ += 5;
    return true;
  }
  if (kind == '\0' || std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos) return false;
  ++at_;
  return true;
}

void Scanner::skip_blanks() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

ScanResult scan(std::string_view text, const ScanPlan& plan, std::size_t max_depth) {
  return Scanner(text, plan, max_depth, nullptr).run();
}

ErrorPtr read(std::string_view text, std::size_t max_depth, ScanListener& listener) {
  const ScanPlan nothing;
  Scanner scanner(text, nothing, max_depth, &listener);
  const ScanResult result = scanner.run();
  if (result.valid) return nullptr;
  std::string message = "not valid JSON: it ends too early";
  if (result.too_deep) {
    message = concat({"JSON nests deeper than ", to_text(max_depth), " levels"});
  } else if (scanner.position() != text.size()) {
    message = concat({"not valid JSON: wrong at byte ", to_text(scanner.position())});
  }
  return make_error(ErrorCode::invalid_json, std::move(message));
}

}  // namespace utcp::ws::json
