// What a peer asks on its own, and what has to answer it.
#include "checker.hpp"

namespace utcp::ws::simulation {

// It is answered, whether calls wait or not, and means nothing to them.
void Checker::question_for(ModelConnection& connection, const Payload& payload) {
  if (!is_one_too_many(connection.questions, payload)) {
    must_reply_ = reply_to(payload);
    return;
  }
  if (connection.state == ModelConnection::State::greeting) {
    opening_fails(connection, ErrorCode::connection_failed, true);
  }
  for (const std::uint32_t call : connection.calls) {
    must_settle_[call] = ErrorCode::connection_closed;
    must_tell(*model_.live_call(call), Ending::left);
  }
  must_close_[connection.id] = 4000;
}

void Checker::on(const SendReply& command) {
  is_heard();
  const auto id = static_cast<std::uint32_t>(command.connection);
  require(model_.live_connection(id) != nullptr && !said_goodbye_.contains(id),
          name("a reply on a dead connection", id));
  require(must_reply_.has_value(), name("a reply to nothing: connection", id));
  std::string text;
  for (const Piece& piece : command.plan) text += piece.text;
  require(text.starts_with(*must_reply_), name("the wrong reply: connection", id));
  must_reply_.reset();
}

}  // namespace utcp::ws::simulation
