#include "replies.hpp"

#include <optional>
#include <utility>

#include <utcp_websocket/text.hpp>

#include "field_reader.hpp"
#include "message_reader.hpp"
#include "placeholders.hpp"

namespace utcp::ws {
namespace {

constexpr std::size_t kMostReplies = 20;
constexpr std::string_view kOfFrame = "{{frame:";
constexpr std::string_view kTypedArgument = "{{args.";
constexpr const char* kTakes = "an array of objects with \"match\" and \"send\"";

// Inside they are arguments, which are called as where in the frame they stand. `count`: of them.
std::string with_arguments(std::string_view text, std::size_t& count) {
  std::string out;
  for (std::size_t at = text.find(kOfFrame); at != text.npos; at = text.find(kOfFrame)) {
    append(out, {text.substr(0, at), kTypedArgument});
    text.remove_prefix(at + kOfFrame.size());
    ++count;
  }
  return out += text;
}

// What goes into a message from elsewhere than the frame was refused before (placeholder_places).
void read_send(FieldReader& fields, std::string_view value, AutoReply& out, std::vector<json::Pointer>& places) {
  if (!json::is_string(value) && !value.starts_with('{') && !value.starts_with('[')) {
    fields.fail("replies", "a \"send\" that is a string, an object or an array", "another");
  }
  std::size_t count = 0;
  Result<MessageTemplate> message = MessageTemplate::compile(with_arguments(value, count));
  if (!message) {
    fields.fail_in("replies", message.take_error());
    return;
  }
  out.send = message->plan(message->argument_names());
  for (const Piece& piece : out.send) {
    std::optional<json::Pointer> place;
    if (piece.kind == Piece::Kind::argument) place = json::parse_pointer(piece.text);
    if (!place) continue;
    places.push_back(*std::move(place));
    --count;
  }
  if (count != 0) fields.fail("replies", "used with {{frame:/place}}, a JSON Pointer (RFC 6901)", "another place");
}

}  // namespace

void read_replies(FieldReader& fields, std::vector<AutoReply>& out) {
  const std::string_view value = fields.find("replies");
  const std::vector<std::string_view> items = json::elements_of(value);
  if ((!value.empty() && !value.starts_with('[')) || items.size() > kMostReplies) {
    fields.fail("replies", concat({kTakes, ", at most 20"}).c_str(), "another value");
  }
  for (const std::string_view item : items) {
    const json::Members members = json::members_of(item);
    const std::string_view match = json::find(members, "match");
    const std::string_view send = json::find(members, "send");
    if (members.size() != 2 || match.empty() || send.empty()) {
      fields.fail("replies", kTakes, "an array with another element");
      return;
    }
    AutoReply& reply = out.emplace_back();
    read_mark(fields, "replies", "a \"match\" that is an object, and not empty", match, reply.match);
    if (may_hold_placeholders(match)) fields.fail("replies", "a \"match\" without placeholders", "one with them");
    std::vector<json::Pointer> places;
    for (const auto& leaf : reply.match.members.leaves) places.push_back(leaf.first);
    read_send(fields, send, reply, places);
    reply.places = json::ScanPlan(std::move(places));
  }
}

Plan filled(const AutoReply& reply, const json::ScanResult& scan) {
  Plan plan = reply.send;
  std::size_t slot = reply.match.members.leaves.size();
  for (Piece& piece : plan) {
    if (piece.kind != Piece::Kind::argument) continue;
    const std::string_view raw = scan.valid ? scan.values[slot] : std::string_view();
    ++slot;
    piece = {.text = rendered(piece, raw)};
  }
  return plan;
}

}  // namespace utcp::ws
