// Owns the rules of a call: which frame answers it, how that frame is decoded, when the call is complete.
// Must not know connections, queues or time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/json_scan.hpp>

namespace utcp::ws {

/// The host picks these; a call's id is also its request id on the wire, as decimal digits.
enum class CallId : std::uint32_t {};

enum class CallMode : std::uint8_t {
  single,     ///< `callTool`
  stream,     ///< `callToolStreaming`
  discovery,  ///< `registerManual`
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

 private:
  bool is_text_;
  std::size_t size_;
};

/// How the host turns a frame into the value that the user gets.
enum class Decoding : std::uint8_t {
  text,          ///< the text as it is
  bytes,         ///< a binary frame
  json,          ///< parsed
  json_or_text,  ///< parsed, or the text where that fails (the core has not looked)
  json_member,   ///< parsed, then the value at a JSON Pointer, null where there is none
};

/// What one frame means to one call.
struct Judgement {
  enum class Kind : std::uint8_t {
    not_mine,    ///< not an answer to this call; `why` says for a log what was wrong with it
    item,        ///< an answer
    end,         ///< no answer, but the end of the stream
    tool_error,  ///< the tool says it failed; `path` points at what it says
    bad_frame,   ///< an answer that cannot be accepted; `why` says for the user what was wrong
  };
  Kind kind;
  Decoding decoding = Decoding::text;
  std::string_view path{};  ///< lives as long as the rules
  std::string_view why{};
  bool last = false;        ///< item: the call is complete with it, however many were expected
  bool not_json = false;    ///< item: JSON was asked for and this is not JSON
  bool is_wrapped = false;  ///< item: the `result` of a `tool_response`, as tools that stream answer
};

/// The rules of one template, compiled once per tool.
class CallRules {
 public:
  explicit CallRules(const CallTemplate& call_template);

  /// `filter`: this call's own, from `fill_filter`; null where the template's has nothing to fill in.
  [[nodiscard]] Judgement judge(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                const FrameMatch* filter = nullptr) const;

  /// The template's `message_filter` with a call's values. `text`: the filter as JSON, its placeholders filled in.
  [[nodiscard]] FrameMatch fill_filter(std::string_view text) const;

  /// How many items complete a call, 0 for no limit.
  [[nodiscard]] std::uint32_t expected(CallMode mode) const;
  /// Whether a call is over as soon as its message is sent.
  [[nodiscard]] bool expects_nothing(CallMode mode) const {
    return expected_ == kNothing && mode != CallMode::discovery;
  }

  /// Where a correlated call's answers carry its id; none: the call needs a connection of its own.
  [[nodiscard]] const std::optional<json::Pointer>& correlation() const { return correlation_; }
  /// Finds just that place.
  [[nodiscard]] const json::ScanPlan& correlation_plan() const { return correlation_plan_; }
  [[nodiscard]] bool correlates_by_uuid() const { return by_uuid_; }

 private:
  [[nodiscard]] Judgement judge_text(CallMode mode, CallId id, const Frame& frame, std::size_t max_depth,
                                     const FrameMatch& filter) const;
  [[nodiscard]] bool is_error(const Frame& frame, const json::ScanResult& scan) const;

  ResponseFormat format_;
  std::optional<int> expected_;
  FrameMatch filter_, stream_end_;
  std::string result_path_;
  bool has_result_path_ = false;
  std::vector<std::string> error_paths_;
  std::vector<ErrorMatch> error_matches_;
  std::optional<json::Pointer> correlation_;
  json::ScanPlan correlation_plan_;
  bool by_uuid_ = false;
  bool sends_request_id_ = false;  // as the member of that name, where it is not a value of the caller's
  json::ScanPlan plan_;            // slots: see call.cpp
};

/// Whether a frame is one of those that the tools of UTCP's own streams send.
[[nodiscard]] bool is_of_stream(const Frame& frame, std::size_t max_depth);

/// Whether a frame has all members of a match. `values` are the scan's values for its leaves, in order.
[[nodiscard]] bool matches(const FrameMatch& match, const json::ScanResult& scan, std::size_t first_slot);

}  // namespace utcp::ws
