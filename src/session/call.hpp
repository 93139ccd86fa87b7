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

/// How far a host is with a call whose messages it sends one by one, as its caller gives them.
enum class Upload : std::uint8_t {
  unsent,   ///< nothing was sent yet: it waits for the caller
  waiting,  ///< it waits for the caller to give more
  held,     ///< the peer has to take what was sent first
  done,     ///< all is sent
};

/// How the types of frames begin that hold a tool's result, or its error, as a member.
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
  /// UTF-8 of a text frame; the view holds until the next call of `text` on any frame.
  [[nodiscard]] virtual std::string_view text() const = 0;
  /// Whether `kWrapperMark` stands in the text: without it a frame is no `tool_response` and no `tool_error`. A host
  /// that keeps the payload elsewhere can tell without handing it over.
  [[nodiscard]] virtual bool may_be_wrapped() const { return text().find(kWrapperMark) != std::string_view::npos; }
  /// What `plan` finds in its JSON. `strips`: whether something may stand before that. The last result is kept, since
  /// who looks for the call that a frame answers and who judges it need the same.
  [[nodiscard]] const json::ScanResult& scan(const json::ScanPlan& plan, bool strips, std::size_t max_depth) const;

 private:
  bool is_text_;
  std::size_t size_;
  mutable const json::ScanPlan* scanned_for_ = nullptr;
  mutable json::ScanResult scan_{};
};

/// Where the JSON of a frame begins. `strips`: whether something may stand before it.
[[nodiscard]] inline std::string_view json_in(std::string_view text, bool strips) {
  const std::size_t begin = strips ? text.find_first_of("{[") : 0;
  return text.substr(begin == text.npos ? 0 : begin);
}

/// How the host turns a frame into the value that the user gets.
enum class Decoding : std::uint8_t {
  text,          ///< the text as it is
  bytes,         ///< a binary frame
  json,          ///< parsed
  json_or_text,  ///< parsed, or the text where that fails (the core has not looked)
  json_member,   ///< parsed, then the value at a JSON Pointer, null where there is none
  base64,        ///< a binary frame, as base64 text
  instead,       ///< not the frame: a JSON value that stands where the pointer would
};

/// What one frame means to one call.
struct Judgement {
  enum class Kind : std::uint8_t {
    not_mine,    ///< not an answer to this call; `why` says for a log what was wrong with it
    progress,    ///< no answer, but the tool is at work: `decoding` says how it is told
    item,        ///< an answer
    end,         ///< no answer, but the end of the stream
    tool_error,  ///< the tool says it failed; `path` points at what it says
    bad_frame,   ///< an answer that cannot be accepted; `why` says for the user what was wrong
    first,       ///< the first answer of a template with `capture`: what it holds of that tells those that follow
  };
  Kind kind;
  Decoding decoding = Decoding::text;
  std::string_view path{};  ///< a JSON Pointer, or what is delivered instead; lives as long as the rules
  std::string_view why{};
  bool last = false;        ///< item: the call is complete with it, however many were expected
  bool not_json = false;    ///< item: JSON was asked for and this is not JSON
  bool is_wrapped = false;  ///< item: the `result` of a `tool_response`, as tools that stream answer
};

/// The rules of one template, compiled once per tool.
class CallRules {
 public:
  explicit CallRules(const CallTemplate& call_template);

  /// `own`: what frames are held against in this call, from `fill`; null where the template's has nothing to fill in.
  [[nodiscard]] Judgement judge(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                const FrameMatches* own = nullptr) const;

  /// The same while the call waits for its first answer, of which `capture` keeps something.
  [[nodiscard]] Judgement judge_first(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                      const FrameMatches* own = nullptr) const;
  [[nodiscard]] bool captures() const { return !captures_.empty(); }
  /// Adds what `capture` keeps of the first answer. Fails with what is wrong with it.
  [[nodiscard]] Result<Captured> capture(const Frame& frame, std::size_t max_depth) const;
  /// Finds, in those that follow, what stands where the first leaf of `message_filter` is that has such a value; and
  /// that place as text.
  [[nodiscard]] const json::ScanPlan& answer_plan() const { return answer_plan_; }
  [[nodiscard]] const std::string& answer_place() const { return answer_place_; }
  [[nodiscard]] const std::string& answer_name() const { return answer_name_; }

  /// What frames are held against, with a call's values. `text`: the template's `filter_message`, filled in.
  [[nodiscard]] FrameMatches fill(std::string_view text) const { return filled(matches_, text); }

  /// How many items complete a call, 0 for no limit.
  [[nodiscard]] std::uint32_t expected(CallMode mode) const;
  /// Whether a call is over as soon as its message is sent.
  [[nodiscard]] bool expects_nothing(CallMode mode) const {
    return expected_ == kNothing && mode != CallMode::discovery;
  }

  /// Whether a call's answers carry its id, at a place or in how their text begins; else it needs a connection of its
  /// own.
  [[nodiscard]] bool correlates() const { return !id_places_.empty(); }
  /// In how many places they may carry it.
  [[nodiscard]] std::size_t id_count() const { return id_count_; }
  /// Where the id stands in how a text begins: whether it does so, and the id in a text.
  [[nodiscard]] bool has_prefix() const { return has_prefix_; }
  [[nodiscard]] std::string id_in(std::string_view text) const;
  /// Whether something stands where a frame carries an id, whoever's.
  [[nodiscard]] bool has_id(const Frame& frame, std::size_t max_depth) const;
  /// All that is looked for in a frame. From `id_slot` on: those places, and behind them those where progress carries
  /// the id, if `progress_filter` has some.
  [[nodiscard]] const json::ScanPlan& plan() const { return plan_; }
  [[nodiscard]] std::size_t id_slot() const { return id_slot_; }
  /// These as text: two templates with the same look for ids in the same places.
  [[nodiscard]] const std::string& id_places() const { return id_places_; }
  [[nodiscard]] bool correlates_by_uuid() const { return by_uuid_; }
  /// Whether not an id of its own tells a call's answers, but what its caller has given, perhaps to others too.
  [[nodiscard]] bool correlates_by_value() const { return by_value_; }

 private:
  [[nodiscard]] Judgement judge_text(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                     const FrameMatches& own) const;
  /// The first of `error_path` where something stands; null: nowhere.
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
  std::string before_id_, behind_id_;  // in how a text begins
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

/// Whether a frame is one of those that the tools of UTCP's own streams send.
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
