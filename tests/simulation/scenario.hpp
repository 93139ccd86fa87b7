// Owns what a seed's world consists of: options of the session, addresses of servers, tools with their templates, how
// hostile the network is. Facts about a tool stand beside its template's text, so that the checker need not ask the
// code under test what a template means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <utcp_websocket/session.hpp>

#include "random.hpp"

namespace utcp::ws::simulation {

/// Stands in every credential: nothing that the session says may hold it.
inline constexpr std::string_view kSecret = "hunter2secret";

/// A server: everything of a template that decides who shares connections, besides caller and manual.
struct Site {
  std::string url;          // as the template has it
  std::string opened;       // as it is opened, with a credential in the query
  std::string protocol;     // empty: none
  std::string auth;         // JSON; empty: none
  bool greets = false;      // has a connect_message
  bool acks = false;        // and waits for its acknowledgement
  bool challenges = false;  // it speaks first: `connect` repeats a value of what it says, or is refused by a frame
  bool needs_headers = false;
  bool keeps_alive = true;
  bool has_ping_message = false;
  bool asks = false;          // on its own; `replies` answer
  bool says_goodbye = false;  // has a disconnect_message
  bool gives_up = false;      // ends connections by a frame: connection_error
  bool needs_token = false;   // OAuth2 client credentials
  std::string secret{};       // that it knows; empty: none
  Duration ping_interval{};
};

enum class Correlation : std::uint8_t { none, text, number, uuid, pointer };
// `by_topic`: the first answer has the call's id, what follows a value that the caller gave.
enum class Filter : std::uint8_t { none, fixed, per_call, by_answer, by_topic };
enum class Progress : std::uint8_t { none, by_member, by_id };
enum class StreamEnd : std::uint8_t { standard, own, none };

struct ToolPlan {
  std::string json;  // the call template
  std::string name;  // `manual.tool`
  std::string manual;
  CallerId caller{};
  std::size_t site = 0;
  Correlation correlation = Correlation::none;
  Filter filter = Filter::none;
  Progress progress = Progress::none;
  StreamEnd stream_end = StreamEnd::standard;
  bool has_result_path = false, has_error_path = false;
  std::optional<int> expected{};
  bool wants_json = false, wants_raw = false;
  bool close_after = false;
  bool has_leave = false, leaves_always = false;
  bool has_header_field = false;
  Duration connection_timeout{}, response_timeout{};

  /// Whether the caller gives what tells its answers, in place of an id of the session's.
  [[nodiscard]] bool gives_value() const { return correlation == Correlation::uuid && has_leave; }
  /// Whether calls share connections. Discovery asks with a message of its own, which carries no id.
  [[nodiscard]] bool shares(CallMode mode) const {
    return correlation != Correlation::none && mode != CallMode::discovery;
  }
  /// Whether what a call gets of a `tool_response` is its `result`.
  [[nodiscard]] bool unwraps(CallMode mode) const {
    return mode == CallMode::stream || (mode == CallMode::single && !wants_raw);
  }
  /// Whether a call is known by what its first answer told.
  [[nodiscard]] bool captures(CallMode mode) const {
    return (filter == Filter::by_answer || filter == Filter::by_topic) && mode != CallMode::discovery;
  }
  /// Whether what the first answer tells in place of the id is known before it.
  [[nodiscard]] bool has_topic(CallMode mode) const { return filter == Filter::by_topic && captures(mode); }
  /// How many items complete a call; 0: until something else ends it.
  [[nodiscard]] std::uint32_t items(CallMode mode) const;
  /// Whether a call is over as soon as its message is sent.
  [[nodiscard]] bool expects_nothing(CallMode mode) const {
    return expected == kNothing && mode != CallMode::discovery;
  }
  /// Whether the peer may end a call by a frame or by closing.
  [[nodiscard]] bool is_open_ended(CallMode mode) const;
  /// Whether a frame that is not the call's can be told from one that is.
  [[nodiscard]] bool can_reject(CallMode mode) const;
};

/// In percent: how often each of these goes wrong.
struct Hostility {
  std::size_t opening = 0, message = 0, closing = 0, late = 0, token = 0;
  Duration slowest = std::chrono::milliseconds(50);  // what a message is under way, at most
};

struct Scenario {
  SessionOptions options;
  std::vector<Site> sites;
  std::vector<ToolPlan> tools;
  Hostility hostility;
  Duration timer_lag{};  // how late the host's timers fire, at most
  Duration pace{};       // between two things that users do, at most
  std::size_t operations = 0;
  std::uint32_t first_call_id = 1;
  bool reporting = false;
};

[[nodiscard]] Scenario make_scenario(Random& random);

}  // namespace utcp::ws::simulation
