#include "call.hpp"

#include <algorithm>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/json_text.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {
namespace {

constexpr std::string_view kTooDeep = "its JSON nests deeper than the limit jsonDepth allows";

// Slots of the scan plan that every template has. The leaves of `message_filter`, then of `stream_end`, then
// `result_path`, those of `error_path`, the leaves of `error_match` and of `progress_filter`, and the places of ids
// follow.
enum Slot : std::size_t { kType, kRequestId, kTools, kFirstLeaf };

bool is_string(std::string_view raw, std::string_view wanted) {
  if (raw.size() < 2 || raw.front() != '"') return false;
  if (raw.find('\\') == std::string_view::npos) return raw.substr(1, raw.size() - 2) == wanted;
  return json::text_of(raw) == wanted;
}

bool is_leaf(std::string_view raw, std::string_view wanted) {
  return wanted == "{}" ? raw.front() == '{' : json::same(raw, wanted);
}

bool holds_something(std::string_view raw) { return !raw.empty() && raw != "null"; }

bool is_id(std::string_view raw, CallId id) {
  const std::string own = to_text(static_cast<std::uint32_t>(id));
  return raw == own || is_string(raw, own);
}

// A frame whose `request_id` is absent, null, false, 0 or empty belongs to any waiting call, as in the reference.
bool names_another_call(std::string_view raw, CallId id) {
  if (raw.empty() || raw == "null" || raw == "false" || raw == "0" || raw == "\"\"") return false;
  return !is_id(raw, id);
}

}  // namespace

const json::ScanResult& Frame::scan(const json::ScanPlan& plan, bool strips, std::size_t max_depth) const {
  if (scanned_for_ != &plan) scan_ = json::scan(json_in(text(), strips), plan, max_depth);
  scanned_for_ = &plan;
  return scan_;
}

bool matches(const FrameMatch& match, const json::ScanResult& scan, std::size_t first_slot, std::optional<CallId> own) {
  for (std::size_t i = 0; i < match.leaves.size(); ++i) {
    const std::string_view raw = scan.values[first_slot + i];
    const std::string_view wanted = match.leaves[i].second;
    if (raw.empty() || !(own && wanted == kOwnId ? is_id(raw, *own) : is_leaf(raw, wanted))) return false;
  }
  return true;
}

bool is_marked(const FrameMark& mark, const Frame& frame, const json::ScanResult& scan, std::size_t first_slot,
               std::optional<CallId> own) {
  if (!mark.prefix.empty()) return frame.text().starts_with(mark.prefix);
  // A call's values may leave nothing of a prefix: every text begins so.
  return scan.valid && !mark.members.empty() && matches(mark.members, scan, first_slot, own);
}

bool is_any(const std::vector<FrameMark>& marks, const Frame& frame, const json::ScanResult& scan,
            std::size_t first_slot) {
  return std::any_of(marks.begin(), marks.end(), [&](const FrameMark& mark) {
    const std::size_t first = first_slot;
    first_slot += mark.members.leaves.size();
    return is_marked(mark, frame, scan, first);
  });
}

bool is_of_stream(const Frame& frame, std::size_t max_depth) {
  if (!frame.is_text()) return false;
  const json::ScanResult scan = json::scan(frame.text(), json::ScanPlan({{{"type"}}}), max_depth);
  return scan.valid && (is_string(scan.values[0], "tool_response") || is_string(scan.values[0], "stream_end"));
}

CallRules::CallRules(const CallTemplate& call_template)
    : format_(call_template.response_format),
      expected_(call_template.expected_responses),
      matches_{call_template.message_filter, call_template.stream_end, call_template.error_matches},
      end_is_item_(call_template.stream_end_item),
      result_default_(call_template.result_default),
      progress_(call_template.progress),
      strips_(call_template.strips) {
  std::vector<json::Pointer> pointers{{{"type"}}, {{"request_id"}}, {{"tools"}}};
  discovers_ = !call_template.discovery.places.empty();
  if (discovers_) pointers[kTools] = call_template.discovery.places.front();
  for (const auto& leaf : matches_.filter.leaves) pointers.push_back(leaf.first);
  for (const auto& leaf : matches_.stream_end.leaves) pointers.push_back(leaf.first);
  pointers.push_back(call_template.result_path.value_or(json::Pointer{}));  // its slot is always there
  if (call_template.result_path) result_path_ = json::to_string(*call_template.result_path);
  has_result_path_ = call_template.result_path.has_value();
  const auto add_error_path = [&](const json::Pointer& place) {
    pointers.push_back(place);
    error_paths_.push_back(json::to_string(place));
  };
  if (call_template.error_path) add_error_path(*call_template.error_path);
  for (const json::Pointer& place : call_template.more_error_paths) add_error_path(place);
  for (const FrameMark& match : matches_.errors) {
    for (const auto& leaf : match.members.leaves) pointers.push_back(leaf.first);
  }
  progress_slot_ = pointers.size();
  for (const auto& leaf : progress_.members.leaves) pointers.push_back(leaf.first);
  id_slot_ = pointers.size();

  std::vector<json::Pointer> captured;
  for (const auto& [name, at] : call_template.captures) {
    captures_.emplace_back(name, json::to_string(at));
    captured.push_back(at);
  }
  capture_plan_ = json::ScanPlan(std::move(captured));
  if (call_template.answer_place) {
    answer_plan_ = json::ScanPlan({*call_template.answer_place});
    answer_place_ = json::to_string(*call_template.answer_place);
    answer_name_ = call_template.answer_name;
  }

  const MessageTemplate& message = call_template.id_message();
  const auto& place = message.id_place();
  sends_request_id_ = place && !place->is_uuid && place->pointer == json::Pointer{{"request_id"}};
  if (!call_template.correlation_off) {
    by_uuid_ = place ? place->is_uuid : !message.holds_request_id();
    by_value_ = call_template.correlates_by_value && !captures();
    std::vector<json::Pointer> places = call_template.correlation;
    const std::string& prefix = call_template.correlation_prefix;
    has_prefix_ = !prefix.empty();
    if (has_prefix_) {
      by_uuid_ = false;
      const std::size_t at = prefix.find(kRequestIdPlaceholder);
      before_id_ = prefix.substr(0, at);
      behind_id_ = prefix.substr(at + kRequestIdPlaceholder.size());
    } else if (places.empty() && place) {
      places.push_back(place->pointer);
    }
    id_count_ = places.size();
    if (has_prefix_ || id_count_ > 0) {
      for (const auto& [at, value] : progress_.members.leaves) {
        if (value == kOwnId) places.push_back(at);
      }
      id_places_ = concat({prefix, "\n", to_text(id_count_)});  // no pointer has braces before its first slash
      for (const json::Pointer& at : places) append(id_places_, {json::to_string(at), "\n"});
      for (json::Pointer& at : places) pointers.push_back(std::move(at));
    }
  }
  plan_ = json::ScanPlan(std::move(pointers));
}

std::string CallRules::id_in(std::string_view text) const {
  if (!text.starts_with(before_id_)) return {};
  text.remove_prefix(before_id_.size());
  const std::string_view id = text.substr(0, text.find_first_not_of("0123456789"));
  return text.substr(id.size()).starts_with(behind_id_) ? std::string(id) : std::string();
}

bool CallRules::has_id(const Frame& frame, std::size_t max_depth) const {
  if (has_prefix_) return !id_in(frame.text()).empty();
  const json::ScanResult& scan = frame.scan(plan_, strips_, max_depth);
  const auto first = scan.values.begin() + static_cast<std::ptrdiff_t>(id_slot_);
  return std::any_of(first, first + static_cast<std::ptrdiff_t>(id_count_), holds_something);
}

std::uint32_t CallRules::expected(CallMode mode) const {
  if (mode == CallMode::discovery) return 1;
  if (!expected_) return mode == CallMode::single ? 1 : 0;
  return *expected_ == kUntilPeerEnds ? 0 : static_cast<std::uint32_t>(*expected_);
}

// Whether `error_match` says so.
bool CallRules::is_error(const FrameMatches& own, const Frame& frame, const json::ScanResult& scan) const {
  return is_any(
      own.errors, frame, scan,
      kFirstLeaf + matches_.filter.leaves.size() + matches_.stream_end.leaves.size() + 1 + error_paths_.size());
}

const std::string* CallRules::error_path_in(const json::ScanResult& scan) const {
  const std::size_t first = kFirstLeaf + matches_.filter.leaves.size() + matches_.stream_end.leaves.size() + 1;
  for (std::size_t i = 0; scan.valid && i < error_paths_.size(); ++i) {
    if (holds_something(scan.values[first + i])) return &error_paths_[i];
  }
  return nullptr;
}

bool CallRules::is_progress(CallId id, const Frame& frame, const json::ScanResult& scan) const {
  return is_marked(progress_, frame, scan, progress_slot_, id);
}

// Parsed where answers are.
Judgement CallRules::as_progress(const json::ScanResult& scan) const {
  const bool is_parsed = scan.valid && (format_ == ResponseFormat::json || has_result_path_);
  return {.kind = Judgement::Kind::progress, .decoding = is_parsed ? Decoding::json : Decoding::text};
}

Judgement CallRules::judge_first(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                 const FrameMatches* own) const {
  using Kind = Judgement::Kind;
  const json::ScanResult& scan = frame.scan(plan_, strips_, max_depth);
  if (scan.too_deep) return {.kind = Kind::bad_frame, .why = kTooDeep};
  const std::string* error_path = error_path_in(scan);
  const bool is_wrapped = mode == CallMode::stream || format_ != ResponseFormat::raw;
  if (is_error(own == nullptr ? matches_ : *own, frame, scan) || error_path != nullptr)
    return {.kind = Kind::tool_error, .path = error_path == nullptr ? std::string_view() : *error_path};
  if (is_progress(id, frame, scan)) return as_progress(scan);
  if (is_wrapped && !has_result_path_ && scan.valid && is_string(scan.values[kType], "tool_error"))
    return {.kind = Kind::tool_error, .path = "/error"};
  return {.kind = Kind::first};
}

Result<Captured> CallRules::capture(const Frame& frame, std::size_t max_depth) const {
  Result<Captured> result;
  const json::ScanResult scan = json::scan(json_in(frame.text(), strips_), capture_plan_, max_depth);
  for (std::size_t i = 0; i < captures_.size(); ++i) {
    const auto& [name, place] = captures_[i];
    const std::string_view raw = scan.values[i];
    // An empty text identifies no frame.
    const bool tells = name != answer_name_ || (json::is_string(raw) && raw != "\"\"") || json::is_number(raw);
    if (raw.empty() || !tells || raw.size() > kLongestCaptured) {
      const char* const what = raw.size() > kLongestCaptured ? "more than \"capture\" keeps (65,536 bytes) is at "
                                                             : "there is no value for \"capture\" at ";
      result.fail(make_error(ErrorCode::invalid_frame, concat({what, json::quote(place)})));
      return result;
    }
    result.value().emplace_back(name, raw);
  }
  return result;
}

Judgement CallRules::judge(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                           const FrameMatches* own) const {
  using Kind = Judgement::Kind;
  if (frame.is_text()) return judge_text(mode, id, frame, max_depth, own == nullptr ? matches_ : *own);
  if (mode == CallMode::discovery) return {.kind = Kind::not_mine, .why = "it is binary, not a manual"};
  if (!matches_.filter.empty())
    return {.kind = Kind::not_mine, .why = "it is binary, and has no members for message_filter"};
  return {.kind = Kind::item, .decoding = format_ == ResponseFormat::base64 ? Decoding::base64 : Decoding::bytes};
}

Judgement CallRules::judge_text(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                const FrameMatches& own) const {
  using Kind = Judgement::Kind;
  const bool ends_by_frame = mode == CallMode::stream || (mode == CallMode::single && expected(mode) == 0);
  const bool members_decide = mode != CallMode::single || ends_by_frame || !matches_.filter.empty() ||
                              has_result_path_ || !error_paths_.empty() || !matches_.errors.empty() ||
                              !progress_.empty() || strips_;
  const bool unwraps = mode == CallMode::stream || (mode == CallMode::single && format_ != ResponseFormat::raw);
  const Judgement as_text{.kind = Kind::item, .decoding = Decoding::text};
  if (!members_decide && !(unwraps && frame.may_be_wrapped())) {
    if (format_ != ResponseFormat::json) return as_text;
    // A text cannot nest deeper than it is long, so a short one need not be looked into.
    if (frame.size() <= max_depth) return {.kind = Kind::item, .decoding = Decoding::json_or_text};
  }

  const json::ScanResult& scan = frame.scan(plan_, strips_, max_depth);
  if (scan.too_deep && !members_decide && format_ != ResponseFormat::json) return as_text;
  if (scan.too_deep) return {.kind = Kind::bad_frame, .why = kTooDeep};
  const std::size_t first_end = kFirstLeaf + matches_.filter.leaves.size();
  const std::size_t result_slot = first_end + matches_.stream_end.leaves.size();
  const std::string* error_path = error_path_in(scan);
  const Judgement tool_error{.kind = Kind::tool_error,
                             .path = error_path == nullptr ? std::string_view() : std::string_view(*error_path)};
  if (mode == CallMode::discovery) {
    if (discovers_ && (error_path != nullptr || is_error(own, frame, scan))) return tool_error;
    if (!scan.valid || scan.values[kTools].empty()) {
      return {.kind = Kind::not_mine,
              .why = discovers_ ? "it has no value at discovery.tools" : "it is not a manual: it has no member tools"};
    }
    return {.kind = Kind::item, .decoding = Decoding::text, .last = true};
  }
  const bool is_anothers =
      mode == CallMode::stream && scan.valid && sends_request_id_ && names_another_call(scan.values[kRequestId], id);
  if (!matches_.errors.empty() && !is_anothers && is_error(own, frame, scan)) {
    return tool_error;
  }
  constexpr std::string_view kNotJson = "it is not JSON";
  if (!scan.valid && !matches_.filter.empty()) return {.kind = Kind::not_mine, .why = kNotJson};
  if (!matches(own.filter, scan, kFirstLeaf))
    return {.kind = Kind::not_mine, .why = "it does not match message_filter"};

  if (is_anothers) return {.kind = Kind::not_mine, .why = "it carries another call's request_id"};
  if (is_progress(id, frame, scan)) return as_progress(scan);
  if (!scan.valid) {
    if (has_result_path_) return {.kind = Kind::not_mine, .why = kNotJson};
    return {.kind = Kind::item, .decoding = Decoding::text, .not_json = format_ == ResponseFormat::json};
  }
  const bool ends = ends_by_frame && !own.stream_end.empty() && matches(own.stream_end, scan, first_end);
  if (ends && !end_is_item_) return {.kind = Kind::end};
  if (error_path != nullptr) return tool_error;
  if (has_result_path_) {
    const std::string_view result = scan.values[result_slot];
    if (!result_default_.empty() && !holds_something(result)) {
      return {.kind = Kind::item, .decoding = Decoding::instead, .path = result_default_, .last = ends};
    }
    if (!result.empty()) {
      return {.kind = Kind::item, .decoding = Decoding::json_member, .path = result_path_, .last = ends};
    }
    if (ends) return {.kind = Kind::item, .decoding = Decoding::json, .last = true};
    return {.kind = Kind::not_mine, .why = "it has neither result_path nor error_path"};
  }
  if (unwraps && is_string(scan.values[kType], "tool_error")) return {.kind = Kind::tool_error, .path = "/error"};
  if (unwraps && is_string(scan.values[kType], "tool_response")) {
    return {.kind = Kind::item, .decoding = Decoding::json_member, .path = "/result", .last = ends, .is_wrapped = true};
  }
  return {
      .kind = Kind::item, .decoding = format_ == ResponseFormat::json ? Decoding::json : Decoding::text, .last = ends};
}

}  // namespace utcp::ws
