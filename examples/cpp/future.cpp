// Two calls at once, each as a future.
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <iostream>

#include <utcp_websocket/client.hpp>

using boost::asio::use_future;
using utcp::ws::Json;

int main(int argc, char** argv) {
  // Any endpoint, by a template alone: the name of the tool is the method.
  const Json rpc = {
      {"url", argc > 1 ? argv[1] : "ws://127.0.0.1:8765/jsonrpc"},
      {"message", {{"jsonrpc", "2.0"}, {"id", "{{request_id}}"}, {"method", "{{tool_name}}"}, {"params", "{{args}}"}}},
      {"result_path", "/result"},
      {"error_path", "/error"}};
  const Json arguments = {{"text", "two calls at once"}};
  utcp::ws::Client client;
  auto first = client.async_call_tool("rpc.text_statistics", arguments, rpc, use_future);
  auto second = client.async_call_tool("rpc.text_statistics", arguments, rpc, use_future);
  for (auto* future : {&first, &second}) {
    const auto result = future->get();
    if (!result) return std::cerr << result.error().message << '\n', EXIT_FAILURE;
    std::cout << result->dump() << '\n';
  }
}
