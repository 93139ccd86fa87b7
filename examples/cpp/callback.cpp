// One thread and one executor for everything: the program's own.
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <iostream>

#include <utcp_websocket/client.hpp>

using utcp::ws::Json;
using utcp::ws::Result;

int main(int argc, char** argv) {
  const Json sensor = {{"url", argc > 1 ? argv[1] : "ws://127.0.0.1:8765/device"},
                       {"message", "GET UTCP_ARG_sensor_UTCP_ARG"}};
  const Json arguments = {{"sensor", "load"}};
  boost::asio::io_context context;
  utcp::ws::Client client(context.get_executor());
  int exit_code = EXIT_FAILURE;
  client.async_call_tool("device.read", arguments, sensor, [&](Result<Json> result) {
    if (!result) {
      std::cerr << result.error().message << '\n';
    } else {
      std::cout << *result << '\n';
      exit_code = EXIT_SUCCESS;
    }
    client.async_close([] {});  // otherwise the open connection keeps the executor busy
  });
  context.run();
  return exit_code;
}
