// Random bytes as what a peer sends, the same in each run; see wire_check.hpp.
#include <gtest/gtest.h>

#include <random>

#include "wire_check.hpp"

namespace utcp::ws::native {
namespace {

class RandomPeer {
 public:
  explicit RandomPeer(unsigned seed) : random_(seed) {}

  std::string input() {
    std::string bytes{static_cast<char>(below(4)), static_cast<char>(below(256)), static_cast<char>(below(256))};
    if ((bytes[0] & 1) != 0) bytes += handshake();
    for (std::size_t frames = below(8); frames > 0; --frames) bytes += frame();
    // What was well made is broken in a few places.
    for (std::size_t faults = below(3); faults > 0; --faults) {
      const std::size_t at = below(bytes.size());
      bytes[at] =
          static_cast<char>(below(2) == 0 ? below(256) : static_cast<unsigned char>(bytes[at]) ^ (1U << below(8)));
    }
    if (below(8) == 0) bytes.resize(below(bytes.size() + 1));
    return bytes;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

  std::string handshake() {
    std::string text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    for (std::size_t lines = below(4); lines > 0; --lines) text += "X-More: " + std::string(below(300), 'x') + "\r\n";
    return text + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n";
  }

  std::string frame() {
    constexpr unsigned char kOpcodes[] = {0, 1, 1, 1, 2, 2, 8, 9, 10, 10};
    const unsigned opcode = kOpcodes[below(std::size(kOpcodes))];
    std::string payload;
    const std::size_t size = opcode >= 8 ? below(126) : below(4) == 0 ? below(70'000) : below(200);
    while (payload.size() < size) payload += below(6) == 0 ? "é€😀" : "payload";
    if (opcode == 8) payload = below(2) == 0 ? "" : std::string("\x03\xE8") + "bye";
    std::string bytes(1, static_cast<char>(opcode | (opcode >= 8 || below(3) > 0 ? 0x80U : 0U)));
    if (payload.size() < 126) {
      bytes += static_cast<char>(payload.size());
    } else {
      const std::size_t more = payload.size() < 65536 ? 2 : 8;
      bytes += static_cast<char>(more == 2 ? 126 : 127);
      for (std::size_t i = more; i-- > 0;) bytes += static_cast<char>(payload.size() >> (8 * i));
    }
    return bytes + payload;
  }

  std::minstd_rand random_;
};

TEST(Wire, TakesWhateverAPeerSends) {
  std::size_t messages = 0;
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    const std::string bytes = RandomPeer(seed).input();
    check_wire(bytes);
    const WireInput input = WireInput::from(bytes);
    if (!input.writes_handshake) messages += messages_in(input.bytes, input.max_message).size();
  }
  EXPECT_GT(messages, 300U);  // else nothing was compared
}

}  // namespace
}  // namespace utcp::ws::native
