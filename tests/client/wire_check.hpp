// Owns what must hold whatever bytes a peer sends: a connection over a fake stream, held against a second, small
// reading of RFC 6455. tests/client/wire_test.cpp gives it random bytes, tests/fuzz/wire_fuzz.cpp what libFuzzer thinks
// of.
#pragma once

#include <openssl/sha.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <utcp_websocket/encoding.hpp>

#include "../fuzz/fuzz.hpp"
#include "connection.hpp"
#include "utf8.hpp"

namespace utcp::ws::native {

/// How a run is shaped: the first bytes of an input; the rest is what the peer sends.
struct WireInput {
  bool writes_handshake =
      false;              ///< the bytes begin with the answer to the handshake; else a good one comes before them
  bool answers = false;   ///< each message is answered
  std::size_t chunk = 1;  ///< bytes in a read
  std::size_t max_message = 1;
  std::string_view bytes;

  static WireInput from(std::string_view input) {
    const auto byte = [&input](std::size_t at) -> std::size_t {
      return at < input.size() ? static_cast<unsigned char>(input[at]) : 0;
    };
    return {(byte(0) & 1U) != 0, (byte(0) & 2U) != 0, 1 + byte(1), 1 + 8 * byte(2),
            input.substr(std::min<std::size_t>(input.size(), 3))};
  }
};

/// The peer: answers the handshake, then says its bytes, then ends.
class ScriptedTransport final : public Transport {
 public:
  ScriptedTransport(boost::asio::io_context& io, const WireInput& input)
      : io_(io), chunk_(input.chunk), is_answered_(input.writes_handshake), out_(input.bytes) {}

  Executor executor() override { return io_.get_executor(); }
  void read_some(boost::asio::mutable_buffer buffer, Io done) override {
    const bool is_over = is_closed_ || out_.empty();
    const std::size_t size = is_over ? 0 : std::min({buffer.size(), chunk_, out_.size()});
    if (size > 0) std::memcpy(buffer.data(), out_.data(), size);
    out_.erase(0, size);
    const ErrorCondition error = is_over ? ErrorCondition(boost::asio::error::eof) : ErrorCondition();
    boost::asio::post(io_, [done = std::move(done), error, size]() mutable { done(error, size); });
  }
  void write(boost::asio::const_buffer buffer, Io done) override {
    if (!is_answered_) answer(static_cast<const char*>(buffer.data()), buffer.size());
    boost::asio::post(io_, [done = std::move(done), size = buffer.size()]() mutable { done({}, size); });
  }
  void close() override { is_closed_ = true; }

 private:
  void answer(const char* data, std::size_t size) {
    request_.append(data, size);
    if (request_.find("\r\n\r\n") == std::string::npos) return;
    is_answered_ = true;
    constexpr std::string_view kName = "Sec-WebSocket-Key: ";
    const std::size_t key = request_.find(kName) + kName.size();
    const std::string text = request_.substr(key, 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char hash[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
    const std::string accept = base64(std::string_view(reinterpret_cast<const char*>(hash), sizeof hash));
    out_.insert(
        0, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
               accept + "\r\n\r\n");
  }

  boost::asio::io_context& io_;
  std::size_t chunk_;
  bool is_answered_;
  bool is_closed_ = false;
  std::string request_;
  std::string out_;
};

/// What the connection tells.
class Witness final : public ConnectionEvents {
 public:
  explicit Witness(const WireInput& input) : input_(input) {}
  Connection* connection = nullptr;
  std::vector<std::string> messages;
  bool is_open = false;
  bool is_over = false;

  void opened(ConnectionId /*connection*/, std::string_view /*subprotocol*/) override {
    REQUIRE(!is_open && !is_over);
    is_open = true;
  }
  void received(ConnectionId /*connection*/, const Message& message) override {
    REQUIRE(is_open && !is_over);
    REQUIRE(message.size() <= input_.max_message + 1);
    const bool is_whole = message.size() <= input_.max_message;
    const std::string_view content = message.text();
    if (is_whole && message.is_text()) REQUIRE(valid_prefix(content) == content.size());
    messages.push_back(is_whole ? (message.is_text() ? "t" : "b") + std::string(content) : "too large");
    if (input_.answers) {
      connection->send("answer", false);
      connection->flush();
    }
  }
  void ponged(ConnectionId /*connection*/) override { REQUIRE(is_open && !is_over); }
  void failed(ConnectionId /*connection*/, const Failure& /*failure*/) override {
    REQUIRE(!is_open && !is_over);
    is_over = true;
  }
  void closed(ConnectionId /*connection*/, int code, std::string_view reason, bool /*was_clean*/,
              const std::string& /*cause*/) override {
    REQUIRE(is_open && !is_over);
    REQUIRE(code >= 1000 && code < 5000 && reason.size() <= 123 && valid_prefix(reason) == reason.size());
    is_over = true;
  }

 private:
  const WireInput& input_;
};

/// Whether no more bytes could make UTF-8 of it.
inline bool is_broken(std::string_view text) {
  const std::string rest(text.substr(valid_prefix(text)));
  if (rest.empty()) return false;
  for (const char next : {'\x80', '\x8F', '\x90', '\x9F', '\xA0', '\xBF'}) {
    for (const std::size_t more : {0U, 1U, 2U}) {
      const std::string whole = rest + next + std::string(more, '\x80');
      if (valid_prefix(whole) == whole.size()) return false;
    }
  }
  return true;
}

/// The messages that come before anything that RFC 6455 forbids, as `Witness` notes them.
inline std::vector<std::string> messages_in(std::string_view bytes, std::size_t max_message) {
  std::vector<std::string> messages;
  std::string message;  // its kind and what has come of it
  while (bytes.size() >= 2) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto second = static_cast<unsigned char>(bytes[1]);
    const unsigned opcode = first & 15U;
    const bool is_control = opcode >= 8;
    std::uint64_t size = second & 127U;
    const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
    if ((first & 0x70U) != 0 || (second & 0x80U) != 0) break;      // reserved bits, a mask
    if (opcode > 10 || (opcode > 2 && opcode < 8)) break;          // reserved
    if (is_control && ((first & 0x80U) == 0 || more != 0)) break;  // in pieces, too long
    if (!is_control && (opcode == 0) == message.empty()) break;    // a piece of nothing, or amid pieces
    if (bytes.size() < 2 + more) break;
    if (more > 0) size = 0;
    for (std::size_t i = 0; i < more; ++i) size = size << 8U | static_cast<unsigned char>(bytes[2 + i]);
    if (more > 0 && (size < (more == 2 ? 126U : 65536U))) break;  // not as short as can be
    bytes.remove_prefix(2 + more);
    if (!is_control) {
      if (opcode != 0) message = opcode == 1 ? "t" : "b";
      if (size > max_message || message.size() - 1 + size > max_message)
        return messages.push_back("too large"), messages;
    }
    if (bytes.size() < size) break;
    if (opcode == 8) break;
    if (!is_control) {
      message += bytes.substr(0, size);
      if (message[0] == 't' && is_broken(message)) break;
      if ((first & 0x80U) != 0) {
        if (message[0] == 't' && valid_prefix(message) != message.size()) break;
        messages.push_back(std::exchange(message, {}));
      }
    }
    bytes.remove_prefix(size);
  }
  return messages;
}

inline void check_wire(std::string_view given) {
  const WireInput input = WireInput::from(given);
  boost::asio::io_context io{1};
  Witness witness(input);
  // Without compression: what is inflated is zlib's.
  const std::shared_ptr<Connection> connection =
      make_connection(io.get_executor(), ConnectionId{1}, witness, {input.max_message, false});
  witness.connection = connection.get();
  Handshake handshake;
  handshake.url = "wss://peer.example/path?query";
  connection->open_over(std::make_unique<ScriptedTransport>(io, input), handshake);
  io.run();
  REQUIRE(witness.is_over);  // the peer has ended
  if (!input.writes_handshake) {
    REQUIRE(witness.is_open);
    REQUIRE(witness.messages == messages_in(input.bytes, input.max_message));
  }
  int closed = 0;
  connection->shut(1000, "", UniqueFunction<void()>([&closed] { ++closed; }));
  io.restart();
  io.run();
  REQUIRE(closed == 1);
}

}  // namespace utcp::ws::native
