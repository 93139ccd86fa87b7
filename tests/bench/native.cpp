// `npm run bench -- native`: what a call of the native client costs beyond a loop on Boost.Beast that does the same
// JSON work and writes each frame by itself. Both run in this process, on one thread; tests/bench/native.js starts it
// with the server's URL.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <utcp_websocket/client.hpp>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using utcp::ws::CallOptions;
using utcp::ws::Client;
using utcp::ws::Json;
using utcp::ws::Result;
using Done = std::function<void()>;

struct Endpoint {
  std::string host;
  std::string port;
  std::string url;
};

/// What a careful user would write on Beast: any number of requests at a time on one connection.
class RawClient {
 public:
  RawClient(asio::io_context& io, const Endpoint& endpoint) : stream_(io) {
    asio::ip::tcp::resolver resolver(io);
    asio::connect(stream_.next_layer(), resolver.resolve(endpoint.host, endpoint.port));
    stream_.next_layer().set_option(asio::ip::tcp::no_delay(true));
    stream_.handshake(endpoint.host + ":" + endpoint.port, "/");
    stream_.read_message_max(0);
    read();
  }

  void call(const Json& args, std::function<void(Json)> done) {
    waiting_.emplace("", std::move(done));
    write(args.dump());
  }

  void call_by_id(const Json& args, std::function<void(Json)> done) {
    const std::string id = std::to_string(++last_);
    waiting_.emplace(id, std::move(done));
    write(Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", "echo"}, {"params", args}}.dump());
  }

 private:
  void write(std::string text) {
    outgoing_.push_back(std::move(text));
    if (outgoing_.size() == 1) write_next();
  }

  void write_next() {
    stream_.async_write(asio::buffer(outgoing_.front()), [this](beast::error_code error, std::size_t) {
      if (error) return;
      outgoing_.pop_front();
      if (!outgoing_.empty()) write_next();
    });
  }

  void read() {
    stream_.async_read(incoming_, [this](beast::error_code error, std::size_t) {
      if (error) return;
      const auto data = incoming_.cdata();
      const auto* text = static_cast<const char*>(data.data());
      Json answer = Json::parse(text, text + data.size());
      incoming_.consume(incoming_.size());
      const auto id = answer.find("id");
      auto waiting = waiting_.extract(id == answer.end() ? "" : id->get<std::string>());
      waiting.mapped()(id == answer.end() ? std::move(answer) : std::move(answer["params"]));
      read();
    });
  }

  beast::websocket::stream<asio::ip::tcp::socket> stream_;
  beast::flat_buffer incoming_;
  std::deque<std::string> outgoing_;
  std::unordered_map<std::string, std::function<void(Json)>> waiting_;
  int last_ = 0;
};

/// Microseconds.
struct Cost {
  double wall = 0;
  double cpu = 0;
};

double cpu_now() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto microseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return microseconds(used.ru_utime) + microseconds(used.ru_stime);
}

Cost measure(asio::io_context& io, const std::function<void(Done)>& work) {
  bool over = false;
  const double cpu = cpu_now();
  const auto start = std::chrono::steady_clock::now();
  work([&over] { over = true; });
  while (!over) io.run_one();
  const std::chrono::duration<double, std::micro> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), cpu_now() - cpu};
}

using Call = std::function<void(std::function<void(Json)>)>;

/// Makes `count` calls, of which `width` are in flight at any time.
std::function<void(Done)> keep_in_flight(int width, int count, Call call) {
  return [=](Done done) {
    struct State {
      int to_start, to_end;
      std::function<void()> next;
    };
    auto state = std::make_shared<State>(State{count, count, {}});
    state->next = [=, weak = std::weak_ptr(state)] {
      const auto alive = weak.lock();
      if (alive->to_start-- <= 0) return;
      call([=](const Json& answer) {
        if (answer.at("limit") != 3) std::abort();
        if (--alive->to_end == 0) return done();
        alive->next();
      });
    };
    for (int i = 0; i < width; ++i) state->next();
  };
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Alternates both; a row of the table as JSON.
void compare(asio::io_context& io, const char* what, int width, int count, const Call& ours, const Call& raw) {
  constexpr int kRounds = 21;
  std::vector<double> wall[2], cpu[2], wall_ratio, cpu_ratio;
  for (int round = -2; round < kRounds; ++round) {
    Cost costs[2];
    for (int i = 0; i < 2; ++i) {
      const int which = (i + round) & 1;
      costs[which] = measure(io, keep_in_flight(width, count, which == 0 ? ours : raw));
    }
    if (round < 0) continue;
    for (int i = 0; i < 2; ++i) {
      wall[i].push_back(costs[i].wall / count);
      cpu[i].push_back(costs[i].cpu / count);
    }
    wall_ratio.push_back(costs[0].wall / costs[1].wall);
    cpu_ratio.push_back(costs[0].cpu / costs[1].cpu);
  }
  std::cout << Json{{"what", what},
                    {"wall", median(wall[0])},
                    {"rawWall", median(wall[1])},
                    {"cpu", median(cpu[0])},
                    {"rawCpu", median(cpu[1])},
                    {"wallRatio", median(wall_ratio)},
                    {"cpuRatio", median(cpu_ratio)}}
            << std::endl;
}

void compare_all(asio::io_context& io, const Endpoint& endpoint) {
  RawClient raw(io, endpoint);
  utcp::ws::ClientOptions options;
  options.max_connections = 1;
  Client client(io.get_executor(), options);
  const Json plain = {{"url", endpoint.url}, {"response_format", "json"}};
  const Json by_id = {
      {"url", endpoint.url},
      {"message", {{"jsonrpc", "2.0"}, {"id", "{{request_id}}"}, {"method", "{{tool_name}}"}, {"params", "{{args}}"}}},
      {"response_format", "json"},
      {"result_path", "/params"}};
  const auto ours = [&](const Json& call_template, const Json& args) {
    return [&client, &call_template, &args](std::function<void(Json)> done) {
      client.async_call_tool("bench.echo", args, call_template,
                             [done = std::move(done)](Result<Json> result) { done(std::move(result.value())); });
    };
  };
  const auto text = [](std::size_t size) { return Json{{"query", std::string(size, 'x')}, {"limit", 3}}; };
  const Json small = text(40);
  const Json large = text(65'536);
  const auto of_raw = [&raw](const Json& args) {
    return [&raw, &args](std::function<void(Json)> done) { raw.call(args, std::move(done)); };
  };
  const auto raw_by_id = [&](std::function<void(Json)> done) { raw.call_by_id(small, std::move(done)); };
  compare(io, "64 B, one after another", 1, 300, ours(plain, small), of_raw(small));
  compare(io, "64 KiB, one after another", 1, 60, ours(plain, large), of_raw(large));
  compare(io, "JSON-RPC, 1 in flight", 1, 300, ours(by_id, small), raw_by_id);
  compare(io, "JSON-RPC, 16 in flight", 16, 2000, ours(by_id, small), raw_by_id);
  compare(io, "JSON-RPC, 256 in flight", 256, 8000, ours(by_id, small), raw_by_id);
  client.async_close([] {});
}

/// Bytes of memory that are really there.
double resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t pages = 0;
  file >> size >> pages;
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// One connection for each caller, all of them idle in the end.
void hold_idle(asio::io_context& io, const Endpoint& endpoint, int count) {
  Client client(io.get_executor());
  const Json call_template = {{"url", endpoint.url}, {"response_format", "json"}};
  const Json args = {{"limit", 3}};
  CallOptions options;
  const auto call = [&](std::function<void(Json)> done) {
    ++options.caller;
    client.async_call_tool("bench.echo", args, call_template, options,
                           [done = std::move(done)](Result<Json> result) { done(std::move(result.value())); });
  };
  measure(io, keep_in_flight(1, 1, call));
  const double before = resident();
  measure(io, keep_in_flight(50, count, call));
  const double each = (resident() - before) / count;
  client.async_counts([each](Client::Counts counts) {
    std::cout << Json{{"connections", counts.connections}, {"bytesEach", each}} << std::endl;
  });
  io.poll();
}

void answer_once(asio::io_context& io, const Endpoint& endpoint) {
  Client client(io.get_executor());
  const Json call_template = {{"url", endpoint.url}, {"response_format", "json"}};
  const Json args = {{"limit", 3}};
  const Cost cost = measure(io, keep_in_flight(1, 1, [&](std::function<void(Json)> done) {
                              client.async_call_tool(
                                  "bench.echo", args, call_template,
                                  [done = std::move(done)](Result<Json> result) { done(std::move(result.value())); });
                            }));
  std::cout << Json{{"milliseconds", cost.wall / 1000}} << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::cerr << "usage: utcp_bench HOST PORT calls|idle|once [COUNT]\n", EXIT_FAILURE;
  const Endpoint endpoint{argv[1], argv[2], std::string("ws://") + argv[1] + ":" + argv[2] + "/"};
  const std::string what = argv[3];
  asio::io_context io(1);
  if (what == "calls") compare_all(io, endpoint);
  if (what == "idle") hold_idle(io, endpoint, argc > 4 ? std::atoi(argv[4]) : 1000);
  if (what == "once") answer_once(io, endpoint);
}
