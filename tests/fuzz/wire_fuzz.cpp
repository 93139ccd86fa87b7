// Fuzzes what a peer sends to the native client, from the first byte of its handshake on: see
// tests/client/wire_check.hpp.
#include <cstddef>
#include <cstdint>

#include "wire_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  utcp::ws::native::check_wire({reinterpret_cast<const char*>(data), size});
  return 0;
}
