// Fuzzes the judgement of frames. An input is a call template, a frame, what frames are held against in this call (all
// JSON) and digits for the mode. What decides is read a second time, from nlohmann's trees.
#include <algorithm>

#include <utcp_websocket/call.hpp>

#include "fuzz.hpp"

namespace utcp::ws::fuzz {
namespace {

using Tree = nlohmann::json;
using Kind = Judgement::Kind;
constexpr CallId kId{7};
constexpr std::size_t kMaxDepth = 32;

// Where a name leads: to a member, or to an element if it is its number.
const Tree* step(const Tree& tree, const std::string& name) {
  if (tree.is_object()) return tree.contains(name) ? &tree[name] : nullptr;
  for (std::size_t i = 0; tree.is_array() && i < tree.size(); ++i) {
    if (std::to_string(i) == name) return &tree[i];
  }
  return nullptr;
}

const Tree* find(const Tree& tree, const json::Pointer& pointer) {
  const Tree* found = &tree;
  for (std::size_t i = 0; i < pointer.tokens.size() && found != nullptr; ++i) found = step(*found, pointer.tokens[i]);
  return found;
}

// Whether `frame` has all that `match` holds, at any depth.
bool contains(const Tree& frame, const Tree& match, bool is_root = true) {
  if (!match.is_structured()) return frame == match;
  if (match.empty()) return is_root || (match.is_object() ? frame.is_object() : frame == match);
  for (const auto& [name, value] : match.items()) {
    const Tree* found = step(frame, name);
    if (found == nullptr || !contains(*found, value, false)) return false;
  }
  return true;
}

bool has_leaves(const Tree& frame, const FrameMatch& match) {
  return std::all_of(match.leaves.begin(), match.leaves.end(), [&frame](const auto& leaf) {
    const Tree* found = find(frame, leaf.first);
    if (found == nullptr) return false;
    return leaf.second == "{}" ? found->is_object() : *found == Tree::parse(leaf.second);
  });
}

// With the call's id in place of its placeholder, written as the frame writes it.
FrameMark own(FrameMark mark, const std::optional<Tree>& tree) {
  for (auto& [place, value] : mark.members.leaves) {
    const Tree* found = tree ? find(*tree, place) : nullptr;
    if (value == kOwnId) value = found != nullptr && found->is_number_integer() ? "7" : "\"7\"";
  }
  return mark;
}

bool is_mine(const Tree* request_id) {
  if (request_id == nullptr) return true;
  for (const Tree& own : {Tree(nullptr), Tree(false), Tree(0), Tree(""), Tree(7), Tree("7")}) {
    if (*request_id == own) return true;
  }
  return false;
}

// Whether a place that `error_path` names has something.
bool has_error(const CallTemplate& rules, const std::optional<Tree>& tree) {
  if (!tree) return false;
  std::vector<json::Pointer> places = rules.more_error_paths;
  if (rules.error_path) places.push_back(*rules.error_path);
  return std::any_of(places.begin(), places.end(), [&tree](const json::Pointer& place) {
    const Tree* error = find(*tree, place);
    return error != nullptr && !error->is_null();
  });
}

// What must come of a frame, for templates and frames in which no name stands twice.
Judgement expected(const CallTemplate& rules, const Tree& source, CallMode mode, const Frame& frame,
                   const std::optional<Tree>& tree) {
  const bool is_json = rules.response_format == ResponseFormat::json;
  const Tree filter = source.value("message_filter", Tree::object());
  const bool has_filter = filter.is_object() && !filter.empty();
  const Judgement not_mine{.kind = Kind::not_mine};
  if (!frame.is_text()) {
    if (mode == CallMode::discovery || has_filter) return not_mine;
    const bool is_base64 = rules.response_format == ResponseFormat::base64;
    return {.kind = Kind::item, .decoding = is_base64 ? Decoding::base64 : Decoding::bytes};
  }
  const auto has_mark = [&](const FrameMark& mark) {
    if (!mark.prefix.empty()) return frame.text().starts_with(mark.prefix);
    return tree && has_leaves(*tree, mark.members);
  };
  const bool is_marked_error = std::any_of(rules.error_matches.begin(), rules.error_matches.end(), has_mark);
  if (mode == CallMode::discovery) {
    const bool discovers = !rules.discovery.places.empty();
    if (discovers && (is_marked_error || has_error(rules, tree))) return {.kind = Kind::tool_error};
    const json::Pointer place = discovers ? rules.discovery.places.front() : json::Pointer{{"tools"}};
    if (!tree || find(*tree, place) == nullptr) return not_mine;
    return {.kind = Kind::item, .last = true};
  }
  // With 0, no frame is ever judged, so that it does not matter.
  const bool may_end = mode == CallMode::stream || rules.expected_responses.value_or(1) < 1;
  const bool looks_inside = rules.error_path || !rules.error_matches.empty() || !rules.progress.empty() || rules.strips;
  const bool unwraps = mode == CallMode::stream || rules.response_format != ResponseFormat::raw;
  const bool is_marked = unwraps && frame.text().find("\"tool_") != std::string_view::npos;
  if (!may_end && !has_filter && !rules.result_path && !looks_inside && !is_marked) {
    if (!is_json) return {.kind = Kind::item};
    if (frame.size() <= kMaxDepth) return {.kind = Kind::item, .decoding = Decoding::json_or_text};
  }
  const auto& place = rules.message.id_place();
  const bool sends_id = place && !place->is_uuid && place->pointer == json::Pointer{{"request_id"}};
  const bool is_anothers = mode == CallMode::stream && tree && sends_id && !is_mine(step(*tree, "request_id"));
  if (!is_anothers && is_marked_error) return {.kind = Kind::tool_error};
  if (has_filter && (!tree || !contains(*tree, filter))) return not_mine;
  if (!rules.progress.empty() && !is_anothers && has_mark(own(rules.progress, tree))) {
    const bool is_parsed = tree && (is_json || rules.result_path);
    return {.kind = Kind::progress, .decoding = is_parsed ? Decoding::json : Decoding::text};
  }
  if (!tree) {
    if (rules.result_path) return not_mine;
    return {.kind = Kind::item, .not_json = is_json};
  }
  const auto is_stream_of = [&](const char* type) {
    return unwraps && tree->is_object() && tree->value("type", Tree()) == type;
  };
  if (is_anothers) return not_mine;
  Tree end = source.value("stream_end", Tree());
  if (end.is_null()) end = {{"type", "stream_end"}};
  const bool ends = may_end && !end.empty() && contains(*tree, end);
  if (ends && !rules.stream_end_item) return {.kind = Kind::end};
  if (has_error(rules, tree)) return {.kind = Kind::tool_error};
  if (rules.result_path) {
    const Tree* result = find(*tree, *rules.result_path);
    if (!rules.result_default.empty() && (result == nullptr || result->is_null())) {
      return {.kind = Kind::item, .decoding = Decoding::instead, .last = ends};
    }
    if (result == nullptr && !ends) return not_mine;
    return {.kind = Kind::item, .decoding = result == nullptr ? Decoding::json : Decoding::json_member, .last = ends};
  }
  if (is_stream_of("tool_error")) return {.kind = Kind::tool_error};
  if (is_stream_of("tool_response")) return {.kind = Kind::item, .decoding = Decoding::json_member, .last = ends};
  return {.kind = Kind::item, .decoding = is_json ? Decoding::json : Decoding::text, .last = ends};
}

// `7.0` and `-0` are other ids than `7` and `0`: ids are compared as they are written.
bool has_odd_id(const Tree& tree) {
  const Tree* id = step(tree, "request_id");
  return id != nullptr && (id->is_number_float() || *id == 0);
}

void check_kinds(const Judgement& judgement, const std::optional<Tree>& tree) {
  const bool has_path = judgement.kind == Kind::tool_error || judgement.decoding == Decoding::json_member ||
                        judgement.decoding == Decoding::instead;
  REQUIRE(has_path || judgement.path.empty());
  REQUIRE((judgement.kind == Kind::not_mine || judgement.kind == Kind::bad_frame) == !judgement.why.empty());
  if (judgement.decoding == Decoding::json) REQUIRE(tree.has_value());
  if (judgement.not_json) REQUIRE(!tree.has_value());
}

// Numbers are compared by their digits, which trees do not keep.
bool has_long_numbers(const Reading& reading) {
  return std::any_of(reading.events.begin(), reading.events.end(), [](const Event& event) {
    return event.kind == Event::Kind::other && !has_few_digits(event.text);
  });
}

void check(const std::vector<Part>& input) {
  const std::string_view source = input[0].text();
  const Result<CallTemplate> parsed = parse_call_template(source);
  if (!parsed) return;
  const CallRules rules(parsed.value());
  const std::string_view digits = input[3].text();
  const unsigned choice = digits.empty() ? 0 : static_cast<unsigned char>(digits.front());
  const auto mode = static_cast<CallMode>(choice % 3);
  const TextFrame frame(choice / 3 % 8 != 7, input[1].text());

  const FrameMatches own = rules.fill(input[2].text());
  REQUIRE(own.filter.leaves.size() == parsed.value().message_filter.leaves.size());
  REQUIRE(own.stream_end.leaves.size() == parsed.value().stream_end.leaves.size());
  REQUIRE(own.errors.size() == parsed.value().error_matches.size());
  (void)rules.judge(mode, kId, frame, kMaxDepth, &own);
  const Judgement judgement = rules.judge(mode, kId, frame, kMaxDepth);

  const Reading template_reading = read(source);
  const Reading reading = read(input[1].text());
  if (!template_reading.valid || has_twins(template_reading)) return;
  if (has_long_numbers(template_reading) || has_long_numbers(reading)) return;
  if (!is_comparable(input[1].text(), reading)) return;
  // Unit tests cover text in front of the JSON, which `strip` takes off: here there is none.
  if (parsed.value().strips && input[1].text().find_first_of("{[") != 0) return;
  const std::optional<Tree> tree = reading.valid ? std::optional(Tree::parse(input[1].text())) : std::nullopt;
  if (tree && has_odd_id(*tree)) return;
  const json::ScanResult scanned = json::scan(input[1].text(), json::ScanPlan(), kMaxDepth);
  if (scanned.too_deep) {
    REQUIRE(judgement.kind != Kind::tool_error && judgement.kind != Kind::end && judgement.decoding != Decoding::json);
    return;
  }
  check_kinds(judgement, tree);
  const Judgement wanted = expected(parsed.value(), Tree::parse(source), mode, frame, tree);
  REQUIRE(judgement.kind == wanted.kind);
  if (judgement.kind != Kind::item && judgement.kind != Kind::progress) return;
  REQUIRE(judgement.decoding == wanted.decoding);
  REQUIRE(judgement.last == wanted.last && judgement.not_json == wanted.not_json);
}

}  // namespace
}  // namespace utcp::ws::fuzz

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace utcp::ws::fuzz;
  check(parts({reinterpret_cast<const char*>(data), size}, 4));
  return 0;
}
