#include "replies.hpp"

#include <utility>

namespace utcp::ws {

Json error_reply(const Error& error) {
  Json reply{{"code", describe(error.code).name}, {"message", error.message}};
  if (!error.field.empty()) reply["field"] = error.field;
  if (error.http_status != 0) reply["httpStatus"] = error.http_status;
  if (error.code == ErrorCode::connection_closed || error.close_code != 0) {
    reply["closeCode"] = error.close_code;
    reply["reason"] = error.reason;
    reply["wasClean"] = error.was_clean;
  }
  return reply;
}

Json plan_reply(const Plan& plan) {
  Json reply = Json::array();
  for (const Piece& piece : plan) {
    if (piece.kind == Piece::Kind::literal) {
      reply.push_back(piece.text);
    } else {
      reply.push_back(Json::array({static_cast<int>(piece.kind), static_cast<int>(piece.encoding), piece.text}));
    }
  }
  return reply;
}

std::string value_text(Json value) { return json::dump(Json{{"value", std::move(value)}}); }

std::string error_text(const Error& error) { return json::dump(Json{{"error", error_reply(error)}}); }

}  // namespace utcp::ws
