#include "call.hpp"

#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {
namespace {

// Slots of the scan plan that every template has. The leaves of `message_filter`, then of `stream_end`, then
// `result_path` and `error_path` follow them.
enum Slot : std::size_t { kType, kRequestId, kTools, kFirstLeaf };

bool is_string(std::string_view raw, std::string_view wanted) {
  if (raw.size() < 2 || raw.front() != '"') return false;
  if (raw.find('\\') == std::string_view::npos) return raw.substr(1, raw.size() - 2) == wanted;
  return json::text_of(raw) == wanted;
}

bool is_leaf(std::string_view raw, std::string_view wanted) {
  return wanted == "{}" ? raw.front() == '{' : json::same(raw, wanted);
}

// A frame's `request_id` that is absent, null, false, 0 or empty belongs to whoever waits, as in the reference.
bool names_another_call(std::string_view raw, CallId id) {
  if (raw.empty() || raw == "null" || raw == "false" || raw == "0" || raw == "\"\"") return false;
  const std::string own = to_text(static_cast<std::uint32_t>(id));
  return raw != own && !is_string(raw, own);
}

}  // namespace

bool matches(const FrameMatch& match, const json::ScanResult& scan, std::size_t first_slot) {
  for (std::size_t i = 0; i < match.leaves.size(); ++i) {
    const std::string_view raw = scan.values[first_slot + i];
    if (raw.empty() || !is_leaf(raw, match.leaves[i].second)) return false;
  }
  return true;
}

CallRules::CallRules(const CallTemplate& call_template)
    : format_(call_template.response_format),
      expected_(call_template.expected_responses),
      filter_(call_template.message_filter),
      stream_end_(call_template.stream_end) {
  std::vector<json::Pointer> pointers{{{"type"}}, {{"request_id"}}, {{"tools"}}};
  for (const auto& leaf : filter_.leaves) pointers.push_back(leaf.first);
  for (const auto& leaf : stream_end_.leaves) pointers.push_back(leaf.first);
  // Their slots are always there, so that the numbers of the slots do not depend on the template.
  pointers.push_back(call_template.result_path.value_or(json::Pointer{}));
  pointers.push_back(call_template.error_path.value_or(json::Pointer{}));
  if (call_template.result_path) result_path_ = json::to_string(*call_template.result_path);
  if (call_template.error_path) error_path_ = json::to_string(*call_template.error_path);
  has_result_path_ = call_template.result_path.has_value();
  has_error_path_ = call_template.error_path.has_value();
  plan_ = json::ScanPlan(std::move(pointers));

  const auto& place = call_template.message.id_place();
  sends_request_id_ = place && !place->is_uuid && place->pointer == json::Pointer{{"request_id"}};
  if (!call_template.correlation_off) {
    by_uuid_ = place ? place->is_uuid : !call_template.message.holds_request_id();
    if (call_template.correlation) {
      correlation_ = call_template.correlation;
    } else if (place) {
      correlation_ = place->pointer;
    }
    if (correlation_) correlation_plan_ = json::ScanPlan({*correlation_});
  }
}

std::uint32_t CallRules::expected(CallMode mode) const {
  if (mode == CallMode::discovery) return 1;
  if (!expected_) return mode == CallMode::single ? 1 : 0;
  return *expected_ == kUntilPeerEnds ? 0 : static_cast<std::uint32_t>(*expected_);
}

FrameMatch CallRules::fill_filter(std::string_view text) const {
  FrameMatch filled = filter_;
  std::vector<json::Pointer> pointers;
  for (const auto& leaf : filter_.leaves) pointers.push_back(leaf.first);
  const json::ScanResult values = json::scan(text, json::ScanPlan(std::move(pointers)), json::kNoDepthLimit);
  for (std::size_t i = 0; i < filled.leaves.size(); ++i) {
    if (!values.values[i].empty()) filled.leaves[i].second = values.values[i];
  }
  return filled;
}

Judgement CallRules::judge(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                           const FrameMatch* filter) const {
  using Kind = Judgement::Kind;
  if (frame.is_text()) return judge_text(mode, id, frame, max_depth, filter == nullptr ? filter_ : *filter);
  if (mode == CallMode::discovery) return {.kind = Kind::not_mine, .why = "it is binary, and no manual"};
  if (!filter_.empty()) return {.kind = Kind::not_mine, .why = "it is binary, and has no members for message_filter"};
  return {.kind = Kind::item, .decoding = Decoding::bytes};
}

Judgement CallRules::judge_text(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                const FrameMatch& filter) const {
  using Kind = Judgement::Kind;
  const bool ends_by_frame = mode == CallMode::stream || (mode == CallMode::single && expected(mode) == 0);
  const bool members_decide =
      mode != CallMode::single || ends_by_frame || !filter_.empty() || has_result_path_ || has_error_path_;
  if (!members_decide) {
    if (format_ != ResponseFormat::json) return {.kind = Kind::item, .decoding = Decoding::text};
    // A text cannot nest deeper than it is long, so a short one need not be looked into.
    if (frame.size() <= max_depth) return {.kind = Kind::item, .decoding = Decoding::json_or_text};
  }

  const json::ScanResult scan = json::scan(frame.text(), plan_, max_depth);
  if (scan.too_deep) return {.kind = Kind::bad_frame, .why = "its JSON nests deeper than the limit jsonDepth allows"};
  if (mode == CallMode::discovery) {
    if (!scan.valid || scan.values[kTools].empty())
      return {.kind = Kind::not_mine, .why = "it is no manual: it has no member tools"};
    return {.kind = Kind::item, .decoding = Decoding::text, .last = true};
  }
  if (!scan.valid) {
    if (!filter_.empty() || has_result_path_) return {.kind = Kind::not_mine, .why = "it is not JSON"};
    return {.kind = Kind::item, .decoding = Decoding::text, .not_json = format_ == ResponseFormat::json};
  }
  if (!matches(filter, scan, kFirstLeaf))
    return {.kind = Kind::not_mine, .why = "message_filter does not let it through"};

  if (mode == CallMode::stream && sends_request_id_ && names_another_call(scan.values[kRequestId], id)) {
    return {.kind = Kind::not_mine, .why = "its request_id is another call's"};
  }
  const std::size_t first_end = kFirstLeaf + filter_.leaves.size();
  if (ends_by_frame && !stream_end_.empty() && matches(stream_end_, scan, first_end)) {
    return {.kind = Kind::end};
  }
  const std::size_t result_slot = first_end + stream_end_.leaves.size();
  const std::string_view error = scan.values[result_slot + 1];
  if (has_error_path_ && !error.empty() && error != "null") return {.kind = Kind::tool_error, .path = error_path_};
  if (has_result_path_) {
    if (scan.values[result_slot].empty())
      return {.kind = Kind::not_mine, .why = "it has neither result_path nor error_path"};
    return {.kind = Kind::item, .decoding = Decoding::json_member, .path = result_path_};
  }
  if (mode == CallMode::stream && is_string(scan.values[kType], "tool_error")) {
    return {.kind = Kind::tool_error, .path = "/error"};
  }
  if (mode == CallMode::stream && is_string(scan.values[kType], "tool_response")) {
    return {.kind = Kind::item, .decoding = Decoding::json_member, .path = "/result"};
  }
  return {.kind = Kind::item, .decoding = format_ == ResponseFormat::json ? Decoding::json : Decoding::text};
}

}  // namespace utcp::ws
