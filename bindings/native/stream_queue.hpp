// Owns the queue of a streaming call, between received messages and the consumer. Everything but its construction
// runs on the engine's executor. Must not know connections, or when a stream ends: the core decides that.
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
  ErrorPtr failure;  ///< returned once, after the queued items
  bool is_started = false;
  bool is_over = false;  ///< no more items follow
};

}  // namespace utcp::ws::native
