#include "frame_match.hpp"

#include <algorithm>

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

namespace {

void fill(FrameMatch& match, std::string_view object) {
  std::vector<json::Pointer> places;
  for (const auto& leaf : match.leaves) places.push_back(leaf.first);
  const json::ScanResult found = json::scan(object, json::ScanPlan(std::move(places)), json::kNoDepthLimit);
  for (std::size_t i = 0; i < match.leaves.size(); ++i) {
    if (!found.values[i].empty()) match.leaves[i].second = found.values[i];
  }
}

}  // namespace

FrameMatches filled(FrameMatches matches, std::string_view text) {
  const std::vector<std::string_view> values = json::elements_of(text);
  if (values.size() < 3) return matches;
  fill(matches.filter, values[0]);
  fill(matches.stream_end, values[1]);
  std::vector<std::string_view> objects = json::elements_of(values[2]);
  if (objects.empty()) objects.push_back(values[2]);
  for (std::size_t i = 0; i < std::min(objects.size(), matches.errors.size()); ++i) {
    FrameMark& error = matches.errors[i];
    fill(error.members, objects[i]);
    if (!error.prefix.empty()) error.prefix = json::text_of(json::find(json::members_of(objects[i]), kPrefixName));
  }
  return matches;
}

}  // namespace utcp::ws
