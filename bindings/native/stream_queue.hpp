// Owns a streaming call between the messages that come and the consumer that takes them. Everything but its making
// happens on the engine's executor. Must not know connections, or when a stream ends: the core says so.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "decode.hpp"
#include "prepared.hpp"
#include "utcp_websocket/client.hpp"

namespace utcp::ws::native {

class StreamQueue {
 public:
  StreamQueue(std::shared_ptr<Engine> its_engine, detail::PreparedCall its_call)
      : engine(std::move(its_engine)), call(std::move(its_call)) {}

  struct Item {
    std::string content;
    DecodingPlan plan;
  };

  const std::shared_ptr<Engine> engine;
  const detail::PreparedCall call;

  std::deque<Item> items;
  detail::ItemCompletion waiting;
  ErrorPtr failure;  ///< given once, after the items before it
  bool is_started = false;
  bool is_over = false;  ///< nothing more comes
};

}  // namespace utcp::ws::native
