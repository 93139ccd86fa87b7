#include "connect_steps.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <utcp_websocket/encoding.hpp>
#include <utcp_websocket/sha256.hpp>
#include <utcp_websocket/text.hpp>

#include "message_reader.hpp"
#include "placeholders.hpp"

namespace utcp::ws {
namespace {

constexpr std::size_t kMostSteps = 20;
constexpr std::string_view kDigestStart = R"({"$sha256_base64":[)";

// Those within others come last, so that each is found when what it holds are texts.
void put_digests(std::string& json) {
  for (std::size_t at = json.rfind(kDigestStart); at != json.npos; at = json.rfind(kDigestStart)) {
    std::string joined;
    std::size_t i = at + kDigestStart.size();
    while (i < json.size() && json[i] == '"') {
      const std::size_t end = std::min(closing_quote(json, i) + 1, json.size());
      joined += json::text_of(std::string_view(json).substr(i, end - i));
      i = end;
      if (i < json.size() && json[i] == ',') ++i;
    }
    if (json.compare(i, 2, "]}") != 0) return;
    json.replace(at, i + 2 - at, json::quote(base64(sha256(joined))));
  }
}

void add_leaves(const FrameMark& mark, std::vector<json::Pointer>& places) {
  for (const auto& leaf : mark.members.leaves) places.push_back(leaf.first);
}

// `captured`: by this step or one before it.
void read_send(FieldReader& fields, const Captured& captured, ConnectStep& out) {
  const std::string_view value = fields.find("send");
  if (value.empty()) return;
  MessageTemplate message;
  compile_message(fields, "send", value, message, true);
  out.sends = true;
  out.send = message.plan({});
  for (const Piece& piece : out.send) {
    const bool is_known = std::any_of(captured.begin(), captured.end(),
                                      [&piece](const auto& known) { return known.first == piece.text; });
    if (piece.kind == Piece::Kind::captured ? !is_known : piece.text.find(kConnectPlaceholder) != piece.text.npos) {
      fields.fail("send", "a message whose {{connect.…}} this step or one before it captures", "another name");
    }
  }
  if (lacks_digest(filled(out.send, captured))) {
    fields.fail("send", R"(a message with {"$sha256_base64": ["…", "…"]} of texts, captured values and nested digests)",
                "another");
  }
}

void read_capture(FieldReader& fields, Captured& captured, ConnectStep& out, std::vector<json::Pointer>& places) {
  const std::string_view value = fields.find("capture");
  const json::Members members = json::members_of(value);
  bool is_valid = value.empty() || is_object(value);
  for (const auto& [short_name, raw] : members) {
    const std::string name = concat({kConnectPlaceholder.substr(2), short_name});
    std::optional<json::Pointer> place;
    if (json::is_string(raw)) place = json::parse_pointer(json::text_of(raw));
    is_valid = is_valid && place;
    for (const auto& known : captured) is_valid = is_valid && known.first != name;
    if (place) places.push_back(*std::move(place));
    out.captures.push_back(name);
    captured.emplace_back(name, "\"\"");
  }
  if (!is_valid)
    fields.refuse("capture", "an object of JSON Pointers like \"/result/id\" (RFC 6901), each name once in all steps",
                  value);
}

void read_step(FieldReader& fields, Captured& captured, ConnectStep& out) {
  const std::string_view expect = fields.find("expect");
  const std::string_view error = fields.find("error");
  if (!expect.empty()) read_mark(fields, "expect", "an object that is not empty", expect, out.expect);
  read_marks(fields, "error", error, out.errors);
  for (const char* name : {"expect", "error"}) {
    if (may_hold_placeholders(fields.find(name))) fields.fail(name, "an object without placeholders", "one with them");
  }
  std::vector<json::Pointer> places;
  add_leaves(out.expect, places);
  for (const FrameMark& mark : out.errors) add_leaves(mark, places);
  read_capture(fields, captured, out, places);
  out.places = json::ScanPlan(std::move(places));
  read_send(fields, captured, out);
  if (expect.empty() && (!error.empty() || !out.captures.empty() || !out.sends)) {
    fields.fail("expect", "given with \"error\" or \"capture\", or without \"send\"", "nothing");
  }
}

void read_short_form(FieldReader& fields, ConnectStep& out) {
  std::optional<MessageTemplate> hello;
  read_message(fields, "connect_message", hello);
  const std::string_view value = fields.find("connect_ack");
  FrameMark ack;
  if (!value.empty() && !is_object(value)) fields.refuse("connect_ack", "an object", value, FieldReader::Shown::type);
  if (!json::members_of(value).empty()) read_mark(fields, "connect_ack", "an object", value, ack);
  ConnectStep* step = &out;
  step->field = "connect_message";
  step->sends = hello.has_value();
  if (hello) {
    step->send = hello->plan({});
    if (ack.empty()) return;
    step->next = std::make_unique<ConnectStep>();
    step = step->next.get();
    step->field = "connect_message";
  }
  step->name = "connect_ack";
  step->expect = std::move(ack);
  std::vector<json::Pointer> places;
  add_leaves(step->expect, places);
  step->places = json::ScanPlan(std::move(places));
}

void read_steps(FieldReader& fields, std::string_view value, ConnectStep* step) {
  if (!fields.find("connect_message").empty() || !fields.find("connect_ack").empty()) {
    fields.fail("connect", "used without connect_message and connect_ack, which are its short form", "both forms");
  }
  const std::vector<std::string_view> items = json::elements_of(value);
  if (items.empty() || items.size() > kMostSteps) {
    fields.refuse("connect", "an array of 1 to 20 steps", value, FieldReader::Shown::type);
  }
  Captured captured;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) {
      step->next = std::make_unique<ConnectStep>();
      step = step->next.get();
    }
    step->name = concat({"connect[", to_text(i), "]"});
    const std::string prefix = step->name + ".";
    const json::Members members = json::members_of(items[i]);
    FieldReader step_fields(members, prefix.c_str());
    for (const auto& [name, ignored] : members) {
      if (name != "expect" && name != "send" && name != "error" && name != "capture") {
        fields.fail("connect", "an array of objects of expect, send, error and capture", "another member");
      }
    }
    read_step(step_fields, captured, *step);
    fields.fail(step_fields.take_error());
  }
}

}  // namespace

std::shared_ptr<const ConnectStep> read_connect(FieldReader& fields) {
  const auto first = std::make_shared<ConnectStep>();
  const std::string_view value = fields.find("connect");
  if (value.empty()) {
    read_short_form(fields, *first);
  } else {
    read_steps(fields, value, first.get());
  }
  const bool does_nothing = !first->sends && first->expect.empty();
  return does_nothing ? nullptr : first;
}

Plan filled(const Plan& send, const Captured& captured) {
  Plan plan = with_captured(send, captured);
  for (Piece& piece : plan) put_digests(piece.text);
  return plan;
}

bool lacks_digest(const Plan& filled) {
  return std::any_of(filled.begin(), filled.end(),
                     [](const Piece& piece) { return piece.text.find(kDigestName) != piece.text.npos; });
}

}  // namespace utcp::ws
