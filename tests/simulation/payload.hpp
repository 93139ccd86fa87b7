// Owns what the model server says: each frame knows by construction whose it is and what it must mean, so that nothing
// has to be read back from its text.
#pragma once

#include <cstdint>
#include <string>

#include "random.hpp"
#include "scenario.hpp"

namespace utcp::ws::simulation {

/// What a frame means to its owner, while that call is in flight on the frame's connection.
enum class Meaning : std::uint8_t {
  noise,       // to nobody: dropped
  echo,        // of a ping message
  progress,    // the tool is at work
  first,       // the first answer, with what tells those that follow
  bad_first,   // and without
  item,        // an answer
  end,         // of a stream
  tool_error,  // the tool failed
  too_deep,    // an answer that nests deeper than the limit
  welcome,     // what connect_ack waits for
  question,    // that `replies` answer
  denied,      // what refuses a connection before that
  oversize,    // over the limit of a frame
  give_up,     // of the connection, with all that is on it
  last_words,  // an error that names no call
};

/// What the user must get of an item.
enum class Value : std::uint8_t { bytes, text, parsed, member };

struct Payload {
  Meaning meaning = Meaning::noise;
  std::uint32_t owner = 0;  // a call; 0: nobody
  bool is_text = true;
  std::string text{};
  std::size_t size = 0;
  Value value = Value::text;
  std::string path{};      // of a member or of a tool's error
  bool by_answer = false;  // it carries what the first answer told in place of an id, or the caller's topic
  std::uint32_t topic = 0;
  bool gives_up = false;  // it has the members of connection_error
};

/// Who is answered, and how.
struct Addressee {
  std::uint32_t call;
  const ToolPlan* tool;
  CallMode mode;
  std::uint32_t topic = 0;
};

/// The host's `{{uuid}}` of a call.
[[nodiscard]] std::string uuid_of(std::uint32_t call);

/// What a caller names what it asks for. The same name may be used again once its call is over.
[[nodiscard]] std::string topic_name(std::uint32_t topic);

/// What the host has rendered for a call that has a leave message.
[[nodiscard]] std::string leave_message_of(std::uint32_t call);

[[nodiscard]] Payload make_item(Random& random, const Addressee& to, const SessionOptions& options);
/// Only for calls that are known by it.
[[nodiscard]] Payload make_first(Random& random, const Addressee& to);
[[nodiscard]] Payload make_bad_first(Random& random, const Addressee& to);
[[nodiscard]] Payload make_refusal(Random& random, const Addressee& to);
/// Only for calls whose template can tell it: see `can_end` and `can_fail`.
[[nodiscard]] Payload make_end(const Addressee& to);
[[nodiscard]] Payload make_tool_error(Random& random, const Addressee& to);
[[nodiscard]] Payload make_too_deep(const Addressee& to, const SessionOptions& options);
/// Only for calls whose template tells progress: see `can_progress`.
[[nodiscard]] Payload make_progress(Random& random, const Addressee& to);
[[nodiscard]] bool can_progress(const Addressee& to);
[[nodiscard]] bool can_end(const Addressee& to);
[[nodiscard]] bool can_fail(const Addressee& to);
[[nodiscard]] bool can_be_too_deep(const Addressee& to);
/// Dropped by this call and by all that share its connection.
[[nodiscard]] Payload make_noise(Random& random, const Addressee& to);
/// Dropped where no call of its own has the connection.
[[nodiscard]] Payload make_garbage(Random& random);
[[nodiscard]] Payload make_echo();
[[nodiscard]] Payload make_welcome(Random& random, std::uint32_t connection);
[[nodiscard]] Payload make_denied();
/// Perhaps with members that would make it an answer, too. `secret`: what it should not have told; empty: nothing.
[[nodiscard]] Payload make_give_up(Random& random, const Addressee* to, const std::string& secret);
/// With the members of connection_error. Yet it is an error of its call only, while that waits for it.
void add_give_up(Payload& error);
[[nodiscard]] Payload make_last_words();
/// With members that would make it another's answer.
[[nodiscard]] Payload make_question(Random& random, std::uint32_t to);
/// What answers it, without ids: a literal.
[[nodiscard]] std::string reply_to(const Payload& question);
[[nodiscard]] Payload make_oversize(Random& random, const SessionOptions& options);

}  // namespace utcp::ws::simulation
