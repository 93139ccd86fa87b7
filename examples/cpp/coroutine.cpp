// A coroutine. With GCC 12, store the operands of `co_await` in variables: it destroys temporaries there twice.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <iostream>

#include <utcp_websocket/client.hpp>

using boost::asio::use_awaitable;
using utcp::ws::Json;

boost::asio::awaitable<void> run(utcp::ws::Client& client, const Json& sensor, int& exit_code) {
  const Json arguments = {{"sensor", "load"}};
  const auto result = co_await client.async_call_tool("device.read", arguments, sensor, use_awaitable);
  if (result) {
    std::cout << *result << '\n';
    exit_code = EXIT_SUCCESS;
  } else {
    std::cerr << result.error().message << '\n';
  }
  co_await client.async_close(use_awaitable);
}

int main(int argc, char** argv) {
  const Json sensor = {{"url", argc > 1 ? argv[1] : "ws://127.0.0.1:8765/device"},
                       {"message", "GET UTCP_ARG_sensor_UTCP_ARG"}};
  boost::asio::io_context context;
  utcp::ws::Client client(context.get_executor());
  int exit_code = EXIT_FAILURE;
  boost::asio::co_spawn(context, run(client, sensor, exit_code), boost::asio::detached);
  context.run();
  return exit_code;
}
