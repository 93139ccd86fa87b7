// Takes the first readings of a stream. Leaving the loop leaves the stream.
#include <cstdlib>
#include <iostream>

#include <utcp_websocket/client.hpp>

using utcp::ws::Json;

int main(int argc, char** argv) {
  const std::string url = argc > 1 ? argv[1] : "ws://127.0.0.1:8765/utcp";
  utcp::ws::Client client;
  const auto manual = client.register_manual({{"name", "demo"}, {"url", url}});
  if (!manual) return std::cerr << manual.error().message << '\n', EXIT_FAILURE;
  const utcp::ws::Tool* tool = manual->find("watch_metrics");
  if (tool == nullptr) return std::cerr << "there is no tool watch_metrics\n", EXIT_FAILURE;
  int readings = 0;
  for (const auto& item : client.stream("demo.watch_metrics", {{"interval_ms", 50}}, tool->call_template)) {
    if (!item) return std::cerr << item.error().message << '\n', EXIT_FAILURE;
    std::cout << item->dump() << '\n';
    if (++readings == 3) break;
  }
}
