// Discovers the tools of an endpoint, calls one, and waits for the answer.
#include <cstdlib>
#include <iostream>

#include <utcp_websocket/client.hpp>

using utcp::ws::Json;

int main(int argc, char** argv) {
  const std::string url = argc > 1 ? argv[1] : "ws://127.0.0.1:8765/utcp";
  utcp::ws::ClientOptions options;
  if (argc > 2) options.tls.ca_file = argv[2];  // your own authority, instead of the system's
  utcp::ws::Client client(options);
  const auto manual = client.register_manual({{"name", "demo"}, {"url", url}});
  if (!manual) return std::cerr << manual.error().message << '\n', EXIT_FAILURE;
  const utcp::ws::Tool* tool = manual->find("search_docs");
  if (tool == nullptr) return std::cerr << "there is no tool search_docs\n", EXIT_FAILURE;
  const auto hits = client.call_tool("demo.search_docs", {{"query", "ping"}, {"limit", 3}}, tool->call_template);
  if (!hits) return std::cerr << hits.error().message << '\n', EXIT_FAILURE;
  std::cout << hits->dump(2) << '\n';
}
