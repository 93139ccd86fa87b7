#include "frame_match.hpp"

#include <utcp_websocket/json_scan.hpp>
#include <utcp_websocket/json_scanner.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {
namespace {

constexpr std::size_t kMostLeaves = 1000;

// Flattens an object into its leaves while it is read. What holds nothing closes right after it opened.
class LeafList final : public json::ScanListener {
 public:
  explicit LeafList(FrameMatch& match) : match_(match) {}

  void open(bool is_object) override {
    before_value();
    empty_ = is_object ? "{}" : "[]";
    next_index_.push_back(is_object ? kObject : 0);
    place_.tokens.emplace_back();
  }
  void name(std::string_view literal) override { place_.tokens.back() = json::text_of(literal); }
  void scalar(std::string_view raw) override {
    before_value();
    add(raw);
  }
  void close(std::string_view /*raw*/) override {
    place_.tokens.pop_back();
    next_index_.pop_back();
    if (!empty_.empty() && !place_.tokens.empty()) add(empty_);
    empty_ = {};
  }

 private:
  static constexpr std::size_t kObject = static_cast<std::size_t>(-1);

  void before_value() {
    empty_ = {};
    if (!next_index_.empty() && next_index_.back() != kObject) place_.tokens.back() = to_text(next_index_.back()++);
  }
  void add(std::string_view value) {
    if (match_.leaves.size() > kMostLeaves) return;
    auto& [pointer, leaf] = match_.leaves.emplace_back();
    pointer = place_;
    leaf = value;
  }

  FrameMatch& match_;
  json::Pointer place_;
  std::vector<std::size_t> next_index_;  // of each open array
  std::string_view empty_;               // of what opened last, while nothing came in it
};

}  // namespace

bool flatten(std::string_view object, FrameMatch& out) {
  LeafList leaves(out);
  (void)json::read(object, json::kNoDepthLimit, leaves);
  return out.leaves.size() <= kMostLeaves;
}

FrameMatches filled(FrameMatches matches, std::string_view text) {
  struct Value {
    std::string* out;
    bool is_text;  // else JSON
  };
  std::vector<json::Pointer> places;
  std::vector<Value> values;
  std::size_t index = 0;
  const auto add = [&](json::Pointer place, Value value) {
    place.tokens.insert(place.tokens.begin(), to_text(index));
    places.push_back(std::move(place));
    values.push_back(value);
  };
  const auto add_leaves = [&](FrameMatch& match) {
    for (auto& [place, leaf] : match.leaves) add(place, {&leaf, false});
    ++index;
  };
  add_leaves(matches.filter);
  add_leaves(matches.stream_end);
  for (ErrorMatch& error : matches.errors) {
    if (!error.prefix.empty()) add({{std::string(kPrefixName)}}, {&error.prefix, true});
    add_leaves(error.members);
  }
  const json::ScanResult found = json::scan(text, json::ScanPlan(std::move(places)), json::kNoDepthLimit);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string_view value = found.values[i];
    if (!value.empty()) *values[i].out = values[i].is_text ? json::text_of(value) : std::string(value);
  }
  return matches;
}

}  // namespace utcp::ws
