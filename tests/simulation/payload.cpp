#include "payload.hpp"

#include <utility>

namespace utcp::ws::simulation {
namespace {

std::string job_of(std::uint32_t call) {
  const std::string id = std::to_string(call);
  return call % 2 == 0 ? "\"job\":" + id + ',' : "\"job\":\"" + id + "\",";
}

// Members that every frame for a call has, with a comma at their end. `with_id`: where answers carry it.
std::string address(Random* random, const Addressee& to, bool with_id = true, bool is_first = false) {
  const ToolPlan& tool = *to.tool;
  std::string text;
  const bool by_answer = tool.captures(to.mode) && !is_first;
  if (by_answer) text += tool.has_topic(to.mode) ? "\"topic\":\"" + topic_name(to.topic) + "\"," : job_of(to.call);
  if (with_id && tool.shares(to.mode) && !by_answer) {
    const std::string id = std::to_string(to.call);
    // Of a name that stands twice the last one counts.
    const bool twice = random != nullptr && random->percent(5);
    switch (tool.correlation) {
      case Correlation::text:
      case Correlation::number: {
        if (twice) text += R"("id":"nobody",)";
        const bool as_number = random != nullptr && random->percent(50);
        text += as_number ? "\"id\":" + id + ',' : "\"id\":\"" + id + "\",";
        break;
      }
      case Correlation::uuid:
        if (twice) text += R"("u":null,)";
        text += "\"u\":\"" + uuid_of(to.call) + "\",";
        break;
      case Correlation::pointer:
        text +=
            to.call % 3 == 0 ? R"("meta":[{"id":"nobody"}],"alt":")" + id + "\"," : R"("meta":[{"id":")" + id + "\"}],";
        break;
      case Correlation::none:
        break;
    }
  }
  // The filter does not apply to a first answer. One that comes again would be an item, if it did match.
  const bool has_kind = tool.filter != Filter::none && !(is_first && tool.has_topic(to.mode));
  if (has_kind && to.mode != CallMode::discovery) text += R"("kind":"answer",)";
  text += "\"n\":\"" + std::to_string(to.call) + "\",";
  return text;
}

Payload finish(Payload payload) {
  if (payload.size == 0) payload.size = payload.text.size();
  return payload;
}

Payload object_for(Random* random, const Addressee& to, Meaning meaning, std::string_view rest, bool is_first = false) {
  Payload payload{.meaning = meaning, .owner = to.call};
  payload.text = '{' + address(random, to, true, is_first) + std::string(rest) + '}';
  payload.by_answer = to.tool->captures(to.mode) && !is_first;
  payload.topic = to.topic;
  return finish(std::move(payload));
}

}  // namespace

std::string uuid_of(std::uint32_t call) {
  std::string digits = std::to_string(call);
  digits.insert(0, 12 - digits.size(), '0');
  return "5f0c1a2e-0000-4000-8000-" + digits;
}

std::string topic_name(std::uint32_t topic) { return "topic-" + std::to_string(topic); }

std::string leave_message_of(std::uint32_t call) { return "leave " + std::to_string(call); }

Payload make_item(Random& random, const Addressee& to, const SessionOptions& options) {
  const ToolPlan& tool = *to.tool;
  if (to.mode == CallMode::discovery) return object_for(&random, to, Meaning::item, R"("tools":[])");
  const bool is_free = !tool.shares(to.mode) && tool.filter == Filter::none;
  if (is_free && random.percent(10)) {
    return {.meaning = Meaning::item, .owner = to.call, .is_text = false, .size = 8, .value = Value::bytes};
  }
  if (is_free && !tool.has_result_path && random.percent(15)) {
    Payload plain{.meaning = Meaning::item, .owner = to.call, .text = "plain text for " + std::to_string(to.call)};
    if (random.percent(20)) plain.text.append(options.max_depth, 'x');
    return finish(std::move(plain));
  }
  std::string rest = "\"pad\":\"" + std::string(random.below(60), 'p') + '"';
  if (tool.has_error_path) rest += R"(,"error":null)";
  if (tool.has_result_path) {
    Payload payload = object_for(&random, to, Meaning::item, rest + R"(,"payload":{"result":null})");
    payload.value = Value::member;
    payload.path = "/payload/result";
    return payload;
  }
  if (tool.unwraps(to.mode) && random.percent(40)) {
    Payload payload = object_for(&random, to, Meaning::item, rest + R"(,"type":"tool_response","result":1)");
    payload.value = Value::member;
    payload.path = "/result";
    return payload;
  }
  Payload payload = object_for(&random, to, Meaning::item, rest);
  payload.value = tool.wants_json ? Value::parsed : Value::text;
  return payload;
}

Payload make_first(Random& random, const Addressee& to) {
  const std::string id = std::to_string(to.call);
  return object_for(&random, to, Meaning::first,
                    R"("job":{"id":)" + (to.call % 2 == 0 ? id : '"' + id + '"') + R"(},"payload":{"result":1})", true);
}

Payload make_bad_first(Random& random, const Addressee& to) {
  // What tells no frames that follow may be anything.
  const bool may_be_null = to.tool->has_topic(to.mode);
  return object_for(&random, to, Meaning::bad_first, may_be_null ? R"("job":{})" : R"("job":{"id":null})", true);
}

bool can_progress(const Addressee& to) { return to.tool->progress != Progress::none && to.mode != CallMode::discovery; }

Payload make_progress(Random& random, const Addressee& to) {
  const ToolPlan& tool = *to.tool;
  const bool has_own_place = tool.progress == Progress::by_id;
  const std::string id = std::to_string(to.call);
  const std::string of = random.percent(50) ? id : '"' + id + '"';
  Payload payload{.meaning = Meaning::progress, .owner = to.call};
  payload.text = '{' + address(&random, to, !has_own_place || random.percent(20)) + R"("type":"stream_end",)" +
                 (has_own_place ? "\"of\":" + of + ',' : "") + R"("status":"busy"})";
  payload.value = tool.wants_json || tool.has_result_path ? Value::parsed : Value::text;
  payload.by_answer = tool.captures(to.mode) && !has_own_place;
  payload.topic = to.topic;
  return finish(std::move(payload));
}

bool can_end(const Addressee& to) { return to.tool->is_open_ended(to.mode) && to.tool->stream_end != StreamEnd::none; }

Payload make_end(const Addressee& to) {
  return object_for(nullptr, to, Meaning::end,
                    to.tool->stream_end == StreamEnd::own ? R"("event":"done")" : R"("type":"stream_end")");
}

bool can_fail(const Addressee& to) {
  if (to.mode == CallMode::discovery) return false;
  return to.tool->has_error_path || (to.tool->unwraps(to.mode) && !to.tool->has_result_path);
}

namespace {

Payload make_error(Random& random, const Addressee& to, bool is_first) {
  const bool by_type = to.tool->unwraps(to.mode) && !to.tool->has_result_path;
  Payload payload =
      object_for(&random, to, Meaning::tool_error,
                 by_type ? R"("type":"tool_error","error":"broken")" : R"("error":{"code":-32000})", is_first);
  payload.path = "/error";
  return payload;
}

}  // namespace

Payload make_refusal(Random& random, const Addressee& to) { return make_error(random, to, true); }

Payload make_tool_error(Random& random, const Addressee& to) { return make_error(random, to, false); }

bool can_be_too_deep(const Addressee& to) {
  return !to.tool->shares(to.mode) && (to.mode != CallMode::single || to.tool->can_reject(to.mode));
}

Payload make_too_deep(const Addressee& to, const SessionOptions& options) {
  const std::size_t depth = options.max_depth + 1;
  Payload payload{.meaning = Meaning::too_deep, .owner = to.call};
  payload.text = std::string(depth, '[') + std::string(depth, ']');
  return finish(std::move(payload));
}

Payload make_noise(Random& random, const Addressee& to) {
  const ToolPlan& tool = *to.tool;
  Payload payload;
  if (tool.shares(to.mode)) {
    const std::string id = std::to_string(to.call);
    payload.text = random.pick<std::string>(
        {R"({"id":"nobody"})", R"({"id":")" + id + R"(","id":"nobody"})", R"({"u":"5f0c1a2e"})", R"({"id":0})",
         R"({"id":[)" + id + "]}", R"({"id":")" + id + R"(")", R"({"meta":[{"id":null}]})", R"({"of":)" + id + "}",
         R"({"of":")" + id + R"(","status":"idle"})", R"({"of":"nobody","status":"busy"})", R"({"status":"busy"})"});
  } else if (to.mode == CallMode::discovery) {
    payload.text = random.pick<std::string>({R"({"tool":[]})", "manual", R"(["tools"])"});
  } else if (tool.filter == Filter::per_call) {
    payload.text = R"({"kind":"answer","n":"0","payload":{"result":1}})";
  } else if (tool.filter == Filter::fixed) {
    payload.text = R"({"kind":"event","payload":{"result":1}})";
  } else if (tool.has_result_path) {
    payload.text = random.pick<std::string>({R"({"payload":{"result1":1}})", "[]", "payload"});
  } else {
    payload.text = R"({"type":"tool_response","request_id":"another","result":1})";
  }
  return finish(std::move(payload));
}

Payload make_garbage(Random& random) {
  Payload payload;
  payload.is_text = !random.percent(20);
  payload.text = random.pick<std::string>({"", "{", "\x01\x02", "[[[[[[[[[[[[[[[[", R"({"id":{"id":1}})", "null",
                                           R"({"type":"stream_end"})", "999999999999999999999999"});
  return finish(std::move(payload));
}

Payload make_echo() { return finish({.meaning = Meaning::echo, .text = R"({"type":"pong"})"}); }

Payload make_denied() { return finish({.meaning = Meaning::denied, .text = "DENIED"}); }

Payload make_give_up(Random& random, const Addressee* to, const std::string& secret) {
  Payload payload{.meaning = Meaning::give_up};
  const bool is_plain = random.percent(30);
  payload.text = is_plain ? "GONE " + secret
                          : '{' + (to != nullptr ? address(&random, *to) : "") +
                                R"("type":"stream_end","event":"done",)" + R"("why":")" + secret + R"(","gone":"yes"})";
  payload.gives_up = true;
  return finish(std::move(payload));
}

void add_give_up(Payload& error) {
  error.text.insert(1, R"("gone":"yes",)");
  error.size = error.text.size();
  error.gives_up = true;
}

Payload make_last_words() {
  return finish(
      {.meaning = Meaning::last_words, .text = R"({"kind":"answer","type":"tool_error","error":{"code":-32000}})"});
}

Payload make_welcome(Random& random, std::uint32_t connection) {
  Payload payload{.meaning = Meaning::welcome};
  payload.text = random.percent(50) ? R"({"type":"welcome","deep":{"ok":true},"n":)"
                                    : R"({"deep":{"x":[],"ok":true},"id":7,"type":"welcome","n":)";
  payload.text += std::to_string(connection) + '}';
  return finish(std::move(payload));
}

Payload make_question(Random& random, std::uint32_t to) {
  const std::string id = std::to_string(to);
  Payload payload{.meaning = Meaning::question};
  payload.text =
      random.percent(30) ? "PING" : R"({"kind":"answer","n":")" + id + R"(","id":)" + id + R"(,"ask":"who"})";
  payload.path = id;
  return finish(std::move(payload));
}

std::string reply_to(const Payload& question) {
  return question.text == "PING" ? "PONG" : R"({"told":)" + question.path + R"(,"id":)";
}

Payload make_oversize(Random& random, const SessionOptions& options) {
  return {.meaning = Meaning::oversize,
          .is_text = random.percent(50),
          .text = "only its size is looked at",
          .size = options.max_frame + 1};
}

}  // namespace utcp::ws::simulation
