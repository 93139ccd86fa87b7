// Owns the rules of a call: which frame answers it, how that frame is decoded, when the call is complete.
// Must not know connections, queues or time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/error.hpp>
#include <utcp_websocket/json_scan.hpp>

namespace utcp::ws {

/// The host picks these; a call's id is also its request id on the wire, as decimal digits.
enum class CallId : std::uint32_t {};

enum class CallMode : std::uint8_t {
  single,     ///< `callTool`
  stream,     ///< `callToolStreaming`
  discovery,  ///< `registerManual`
};

/// The host's progress with a call whose messages it sends one by one, as its caller provides them.
enum class Upload : std::uint8_t {
  unsent,   ///< nothing was sent yet: it waits for the caller
  waiting,  ///< it waits for more from the caller
  held,     ///< it waits for the peer to accept what was sent
  done,     ///< all is sent
};

/// The start of the `type` of frames that wrap a tool's result or error.
inline constexpr std::string_view kWrapperMark = "\"tool_";

/// A received WebSocket message. The host keeps the payload; the core looks inside only when a rule needs it.
class Frame {
 public:
  Frame(bool is_text, std::size_t size) : is_text_(is_text), size_(size) {}
  virtual ~Frame() = default;
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  [[nodiscard]] bool is_text() const { return is_text_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// UTF-8 of a text frame; the view is valid until the next call of `text` on any frame.
  [[nodiscard]] virtual std::string_view text() const = 0;
  /// Whether the text contains `kWrapperMark`: without it, a frame is neither `tool_response` nor `tool_error`. A host
  /// that keeps the payload elsewhere can answer without passing it in.
  [[nodiscard]] virtual bool may_be_wrapped() const { return text().find(kWrapperMark) != std::string_view::npos; }
  /// The result of `plan` on its JSON. `strips`: whether text may precede that. The last result is cached, because
  /// finding the call that a frame answers and judging it need the same.
  [[nodiscard]] const json::ScanResult& scan(const json::ScanPlan& plan, bool strips, std::size_t max_depth) const;

 private:
  bool is_text_;
  std::size_t size_;
  mutable const json::ScanPlan* scanned_for_ = nullptr;
  mutable json::ScanResult scan_{};
};

/// The JSON of a frame. `strips`: whether text may precede it.
[[nodiscard]] inline std::string_view json_in(std::string_view text, bool strips) {
  const std::size_t begin = strips ? text.find_first_of("{[") : 0;
  return text.substr(begin == text.npos ? 0 : begin);
}

/// How the host decodes a frame into the user's value.
enum class Decoding : std::uint8_t {
  text,          ///< the text as it is
  bytes,         ///< a binary frame
  json,          ///< parsed
  json_or_text,  ///< parsed, or the text if that fails (the core has not checked)
  json_member,   ///< parsed, then the value at a JSON Pointer, null if there is none
  base64,        ///< a binary frame, as base64 text
  instead,       ///< not the frame: a JSON value in place of the pointer
};

/// What one frame means to one call.
struct Judgement {
  enum class Kind : std::uint8_t {
    not_mine,    ///< not an answer to this call; `why` is for a log
    progress,    ///< not an answer, but progress: `decoding` says how to report it
    item,        ///< an answer
    end,         ///< not an answer, but the end of the stream
    tool_error,  ///< the tool reports an error; `path` points to its detail
    bad_frame,   ///< an answer that cannot be accepted; `why` is for the user
    first,       ///< the first answer of a template with `capture`, whose values match later frames
  };
  Kind kind;
  Decoding decoding = Decoding::text;
  std::string_view path{};  ///< a JSON Pointer, or the value to deliver instead; lives as long as the rules
  std::string_view why{};
  bool last = false;        ///< item: the call is complete with it, however many were expected
  bool not_json = false;    ///< item: JSON was requested, but this is not JSON
  bool is_wrapped = false;  ///< item: the `result` of a `tool_response`, as of tools that stream
};

/// The rules of one template, compiled once per tool.
class CallRules {
 public:
  explicit CallRules(const CallTemplate& call_template);

  /// `own`: this call's patterns for frames, from `fill`; null if the template's have no placeholders.
  [[nodiscard]] Judgement judge(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                const FrameMatches* own = nullptr) const;

  /// The same while the call waits for its first answer, from which `capture` takes values.
  [[nodiscard]] Judgement judge_first(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                      const FrameMatches* own = nullptr) const;
  [[nodiscard]] bool captures() const { return !captures_.empty(); }
  /// Adds the values that `capture` takes from the first answer. Fails with the reason.
  [[nodiscard]] Result<Captured> capture(const Frame& frame, std::size_t max_depth) const;
  /// Finds, in later frames, the value at the first leaf of `message_filter` with a captured value; and
  /// that position as text.
  [[nodiscard]] const json::ScanPlan& answer_plan() const { return answer_plan_; }
  [[nodiscard]] const std::string& answer_place() const { return answer_place_; }
  [[nodiscard]] const std::string& answer_name() const { return answer_name_; }

  /// The patterns for frames, with a call's values. `text`: the template's `filter_message`, filled in.
  [[nodiscard]] FrameMatches fill(std::string_view text) const { return filled(matches_, text); }

  /// How many items complete a call, 0 for no limit.
  [[nodiscard]] std::uint32_t expected(CallMode mode) const;
  /// Whether a call is over as soon as its message is sent.
  [[nodiscard]] bool expects_nothing(CallMode mode) const {
    return expected_ == kNothing && mode != CallMode::discovery;
  }

  /// Whether a call's answers carry its id, at a JSON Pointer or at the start of their text; else it needs an exclusive
  /// connection.
  [[nodiscard]] bool correlates() const { return !id_places_.empty(); }
  /// At how many pointers they may carry it.
  [[nodiscard]] std::size_t id_count() const { return id_count_; }
  /// For ids at the start of a text: whether the template uses them, and the id in a text.
  [[nodiscard]] bool has_prefix() const { return has_prefix_; }
  [[nodiscard]] std::string id_in(std::string_view text) const;
  /// Whether the frame carries an id, of any call.
  [[nodiscard]] bool has_id(const Frame& frame, std::size_t max_depth) const;
  /// All values to find in a frame. From `id_slot` on: those pointers, followed by those where progress carries
  /// the id, if `progress_filter` has any.
  [[nodiscard]] const json::ScanPlan& plan() const { return plan_; }
  [[nodiscard]] std::size_t id_slot() const { return id_slot_; }
  /// These as text: templates with the same text carry ids at the same places.
  [[nodiscard]] const std::string& id_places() const { return id_places_; }
  [[nodiscard]] bool correlates_by_uuid() const { return by_uuid_; }
  /// Whether a call's answers are matched by a value of its arguments, which other calls may share, instead of an id.
  [[nodiscard]] bool correlates_by_value() const { return by_value_; }

 private:
  [[nodiscard]] Judgement judge_text(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                     const FrameMatches& own) const;
  /// The first of `error_path` with a value; null: none.
  [[nodiscard]] const std::string* error_path_in(const json::ScanResult& scan) const;
  [[nodiscard]] bool is_progress(CallId id, const Frame& frame, const json::ScanResult& scan) const;
  [[nodiscard]] Judgement as_progress(const json::ScanResult& scan) const;
  [[nodiscard]] bool is_error(const FrameMatches& own, const Frame& frame, const json::ScanResult& scan) const;

  bool discovers_ = false;  // by the template's `discovery`
  ResponseFormat format_;
  std::optional<int> expected_;
  FrameMatches matches_;
  bool end_is_item_;
  std::string result_path_, result_default_;
  bool has_result_path_ = false;
  std::vector<std::string> error_paths_;
  FrameMark progress_;
  std::size_t progress_slot_ = 0, id_slot_ = 0;
  std::size_t id_count_ = 0;
  std::string before_id_, behind_id_;  // at the start of a text
  bool has_prefix_ = false, strips_;
  std::string id_places_;
  std::vector<std::pair<std::string, std::string>> captures_;  // names and places, and the plan that finds them
  json::ScanPlan capture_plan_, answer_plan_;
  std::string answer_place_, answer_name_;
  bool by_uuid_ = false;
  bool by_value_ = false;
  bool sends_request_id_ = false;  // as the member of that name, where it is not a value of the caller's
  json::ScanPlan plan_;            // slots: see call.cpp
};

/// Whether a frame belongs to a stream of UTCP's own format.
[[nodiscard]] bool is_of_stream(const Frame& frame, std::size_t max_depth);

/// Whether a frame has all members of a match. `values` are the scan's values for its leaves, in order. `own`: the call
/// whose id `kOwnId` stands for; none: it is a text like any other.
[[nodiscard]] bool matches(const FrameMatch& match, const json::ScanResult& scan, std::size_t first_slot,
                           std::optional<CallId> own = {});

/// The same for a mark of a frame that is a text: in one that is not JSON only a prefix can be found.
[[nodiscard]] bool is_marked(const FrameMark& mark, const Frame& frame, const json::ScanResult& scan,
                             std::size_t first_slot, std::optional<CallId> own = {});

/// Whether any of several marks tells the frame. Their leaves stand in the scan one after the other.
[[nodiscard]] bool is_any(const std::vector<FrameMark>& marks, const Frame& frame, const json::ScanResult& scan,
                          std::size_t first_slot);

}  // namespace utcp::ws
