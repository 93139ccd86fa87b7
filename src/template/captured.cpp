#include "captured.hpp"

#include <algorithm>

namespace utcp::ws {

using Kind = Piece::Kind;

bool takes_captured(const Plan& plan, std::string_view start) {
  return std::any_of(plan.begin(), plan.end(), [start](const Piece& piece) {
    return piece.kind == Kind::captured && std::string_view(piece.text).starts_with(start);
  });
}

bool is_text(const Plan& plan) {
  return std::all_of(plan.begin(), plan.end(), [](const Piece& piece) { return piece.kind == Kind::literal; });
}

Plan with_captured(const Plan& plan, const Captured& captured) {
  Plan out;
  for (const Piece& piece : plan) {
    const bool becomes_text = piece.kind == Kind::literal || piece.kind == Kind::captured;
    if (!becomes_text || out.empty() || out.back().kind != Kind::literal) out.emplace_back();
    if (piece.kind == Kind::captured) {
      const auto found = std::find_if(captured.begin(), captured.end(),
                                      [&piece](const auto& value) { return value.first == piece.text; });
      out.back().text += rendered(piece, found == captured.end() ? std::string_view() : found->second);
    } else if (becomes_text) {
      out.back().text += piece.text;
    } else {
      out.back() = piece;
    }
  }
  return out;
}

std::string text_with(const Plan& plan, const Captured& captured) {
  Plan filled = with_captured(plan, captured);
  return filled.empty() ? std::string() : std::move(filled.front().text);
}

}  // namespace utcp::ws
