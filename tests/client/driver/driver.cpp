// Lets tests in JavaScript drive the native client: requests and answers are lines of JSON on standard input and
// output. tests/support/native_library.js speaks with it, and shows it as the package shows itself.
#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/client.hpp>
#include <utcp_websocket/encoding.hpp>

namespace utcp::ws::test {
namespace {

using std::chrono::duration_cast;
using Seconds = std::chrono::duration<double>;

/// JSON has no bytes: `{"$bytes": base64}` stands for them.
Json shown(const Json& value) {
  if (value.is_binary()) {
    const auto& bytes = value.get_binary();
    return {{"$bytes", base64(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()))}};
  }
  if (!value.is_array()) return value;
  Json items = Json::array();
  for (const Json& item : value) items.push_back(shown(item));
  return items;
}

Json shown(const Error& error) {
  const ErrorKind& kind = describe(error.code);
  Json json{{"code", kind.name}, {"message", error.message}};
  if (!error.field.empty()) json["field"] = error.field;
  const bool closed = error.code == ErrorCode::connection_closed;
  if (closed || error.close_code != 0) {
    json["closeCode"] = error.close_code;
    json["reason"] = error.reason;
    json["wasClean"] = error.was_clean;
  }
  if (error.http_status != 0) json["httpStatus"] = error.http_status;
  if (!error.detail.empty()) json["detail"] = error.detail;
  if (!error.cause.empty()) json["cause"] = error.cause;
  return json;
}

Json shown(const Manual& manual) { return {{"manual", manual.json}, {"leftOut", manual.left_out}}; }

Json shown(const Event& event) {
  Json json{{"type", event_name(event.kind)}, {"endpoint", event.endpoint}, {"size", event.size}};
  if (event.connection) json["connectionId"] = *event.connection;
  if (event.call) json["requestId"] = std::to_string(*event.call);
  if (event.kind == Event::Kind::close) json["code"] = event.close_code, json["reason"] = event.reason;
  if (event.kind == Event::Kind::retry) {
    json["attempt"] = event.attempt;
    json["delay"] = duration_cast<Seconds>(event.delay).count();
  }
  if (!event.message.empty()) json["message"] = event.message;
  return json;
}

std::vector<Header> pairs(const Json& object) {
  std::vector<Header> list;
  for (const auto& [name, value] : object.items()) list.emplace_back(name, value.get<std::string>());
  return list;
}

std::chrono::milliseconds milliseconds(const Json& seconds) {
  return duration_cast<std::chrono::milliseconds>(Seconds(seconds.get<double>()));
}

class Driver {
 public:
  explicit Driver(boost::asio::io_context& io) : io_(io) {}

  void take(const Json& request) {
    const std::string what = request["do"];
    if (what == "client") {
      make_client(request);
    } else if (what == "drop") {
      clients_.erase(request["client"].get<int>());
    } else if (what == "abort") {
      if (const auto stop = stops_.find(request["id"].get<int>()); stop != stops_.end()) stop->second.request_stop();
    } else if (what == "credentials") {
      give_credentials(request);
    } else if (what == "chunk") {
      give_chunk(request);
    } else if (what == "next" || what == "leave") {
      take_item(request);
    } else if (what == "pure") {
      ask_core(request);
    } else {
      start(request);
    }
  }

 private:
  static void say(const Json& line) {
    const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
  }

  template <class Value>
  void answer(int id, Result<Value> result) {
    stops_.erase(id);
    say(result ? Json{{"id", id}, {"value", shown(*result)}} : Json{{"id", id}, {"error", shown(result.error())}});
  }

  void make_client(const Json& request) {
    const int number = request["client"];
    const Json& given = request["options"];
    ClientOptions options;
    if (given.contains("headers")) options.headers = pairs(given["headers"]);
    if (given.contains("idleTimeout")) options.idle_timeout = milliseconds(given["idleTimeout"]);
    options.max_connections = given.value("maxConnections", options.max_connections);
    options.allow_loopback_tools = given.value("allowLoopbackTools", false);
    if (given.contains("retry")) {
      const Json& retry = given["retry"];
      if (retry.is_object()) {
        if (retry.contains("baseDelay")) options.retry->base_delay = milliseconds(retry["baseDelay"]);
        if (retry.contains("maxDelay")) options.retry->max_delay = milliseconds(retry["maxDelay"]);
      } else {
        options.retry.reset();
      }
    }
    if (given.contains("limits")) {
      const Json& limits = given["limits"];
      options.limits.frame_bytes = limits.value("frameBytes", options.limits.frame_bytes);
      options.limits.json_depth = limits.value("jsonDepth", options.limits.json_depth);
      options.limits.stream_items = limits.value("streamItems", options.limits.stream_items);
      options.limits.stream_bytes = limits.value("streamBytes", options.limits.stream_bytes);
      options.limits.waiting_calls = limits.value("waitingCalls", options.limits.waiting_calls);
      options.limits.manual_tools = limits.value("manualTools", options.limits.manual_tools);
    }
    if (given.value("credentials", false)) {
      options.credentials = [this, number](const CredentialRequest& wanted, CredentialReply reply) {
        replies_.emplace(++last_reply_, std::move(reply));
        say({{"client", number},
             {"credentials", last_reply_},
             {"request", {{"url", wanted.url}, {"manual", wanted.manual}, {"protocols", wanted.protocols}}}});
      };
    }
    options.on_event = [number](const Event& event) { say({{"client", number}, {"event", shown(event)}}); };
    clients_.emplace(number, std::make_unique<Client>(io_.get_executor(), std::move(options)));
  }

  void give_credentials(const Json& request) {
    auto reply = replies_.extract(request["reply"].get<int>());
    if (request.contains("error")) {
      reply.mapped()(Error{.code = ErrorCode::auth_failed, .message = request["error"]});
      return;
    }
    const Json& given = request["value"];
    Credentials credentials;
    if (given.contains("url")) credentials.url = given["url"];
    if (given.contains("headers")) credentials.headers = pairs(given["headers"]);
    if (given.contains("query")) credentials.query = pairs(given["query"]);
    if (given.contains("protocols")) credentials.protocols = given["protocols"];
    reply.mapped()(std::move(credentials));
  }

  ChunkedArgument chunks_for(int id, const std::string& name) {
    const auto next = [this, id](ChunkReply reply) {
      chunk_replies_.insert_or_assign(id, std::move(reply));
      say({{"id", id}, {"source", "next"}});
    };
    return {name, next, [id] { say({{"id", id}, {"source", "stop"}}); }};
  }

  void give_chunk(const Json& request) {
    auto reply = chunk_replies_.extract(request["id"].get<int>());
    if (request.contains("error")) return reply.mapped()(Error{ErrorCode::invalid_argument, request["error"]});
    if (request.contains("bytes")) {
      return reply.mapped()(std::optional<Json>(Json::binary(request["bytes"].get<std::vector<std::uint8_t>>())));
    }
    reply.mapped()(request.contains("value") ? std::optional<Json>(request["value"]) : std::nullopt);
  }

  void take_item(const Json& request) {
    const int id = request["id"];
    const int number = request["stream"];
    if (request["do"] == "leave") {
      streams_.erase(number);
      return say({{"id", id}, {"value", nullptr}});
    }
    const auto stream = streams_.find(number);
    if (stream == streams_.end()) return say({{"id", id}, {"done", true}});
    stream->second.async_next([this, id](Result<std::optional<Json>> item) {
      if (item && !*item) return say({{"id", id}, {"done", true}});
      answer(id, item ? Result<Json>(std::move(**item)) : Result<Json>(std::move(item.error())));
    });
  }

  void start(const Json& request) {
    const std::string what = request["do"];
    const int id = request["id"];
    Client& client = *clients_.at(request["client"].get<int>());
    CallOptions options;
    options.caller = request.value("caller", 0U);
    options.as_text = request.value("asText", false);
    if (request.contains("timeout")) {
      options.timeout = duration_cast<std::chrono::microseconds>(Seconds(request["timeout"].get<double>()));
    }
    if (request.value("progress", false)) {
      options.on_progress = [id](const Json& value) { say({{"id", id}, {"progress", shown(value)}}); };
    }
    if (request.contains("chunks")) options.chunks = chunks_for(id, request["chunks"]);
    options.stop = stops_.emplace(id, std::stop_source()).first->second.get_token();
    const Json call_template = request.value("template", Json());
    const Json args = request.value("args", Json());
    if (what == "register") {
      client.async_register_manual(call_template, options,
                                   [this, id](Result<Manual> manual) { answer(id, std::move(manual)); });
    } else if (what == "call") {
      client.async_call_tool(request["tool"].get<std::string>(), args, call_template, options,
                             [this, id](Result<Json> result) { answer(id, std::move(result)); });
    } else if (what == "stream") {
      streams_.emplace(id, client.stream(request["tool"].get<std::string>(), args, call_template, options));
    } else if (what == "deregister") {
      client.async_deregister_manual(request["name"].get<std::string>(), options,
                                     [this, id] { answer(id, Result<Json>(Json())); });
    } else if (what == "close") {
      client.async_close([this, id] { answer(id, Result<Json>(Json())); });
    } else if (what == "counts") {
      client.async_counts([this, id](Client::Counts counts) {
        answer(id, Result<Json>(Json{{"endpoints", counts.endpoints},
                                     {"connections", counts.connections},
                                     {"calls", counts.calls},
                                     {"waiting", counts.waiting},
                                     {"tools", counts.tools},
                                     {"timers", counts.timers},
                                     {"sockets", counts.sockets},
                                     {"hostSockets", counts.sockets},
                                     {"hostClosing", counts.closing},
                                     {"hostCalls", counts.host_calls}}));
      });
    } else {
      say({{"id", id}, {"error", {{"code", "invalid_argument"}, {"message", "unknown request " + what}}}});
    }
  }

  /// What the core knows without a connection: its table of errors, and what is wrong with a call template.
  static void ask_core(const Json& request) {
    const Json& id = request["id"];
    if (request["what"] == "template") {
      Result<CallTemplate> parsed = parse_call_template(request["text"].get<std::string>());
      return say(parsed ? Json{{"id", id}, {"value", nullptr}} : Json{{"id", id}, {"error", shown(parsed.error())}});
    }
    Json table = Json::array();
    for (const ErrorKind& kind : error_table()) table.push_back({kind.name, kind.class_name, fault_name(kind.fault)});
    say({{"id", id}, {"value", table}});
  }

  boost::asio::io_context& io_;
  std::map<int, std::unique_ptr<Client>> clients_;
  std::map<int, ToolStream> streams_;
  std::map<int, std::stop_source> stops_;
  std::map<int, CredentialReply> replies_;
  int last_reply_ = 0;
  std::map<int, ChunkReply> chunk_replies_;  // by the call's id
};

}  // namespace
}  // namespace utcp::ws::test

int main() {
  boost::asio::io_context io;
  auto work = boost::asio::make_work_guard(io);
  auto driver = std::make_unique<utcp::ws::test::Driver>(io);
  std::jthread reader([&] {
    for (std::string line; std::getline(std::cin, line);) {
      boost::asio::post(io, [&driver, request = utcp::ws::Json::parse(line)] { driver->take(request); });
    }
    // The end of the input is the end of all clients: what is still open afterwards is a leak that keeps the program.
    boost::asio::post(io, [&driver, &work] {
      driver.reset();
      work.reset();
    });
  });
  io.run();
}
