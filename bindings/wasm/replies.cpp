#include "replies.hpp"

#include <utility>

#include <utcp_websocket/json_decimal.hpp>
#include <utcp_websocket/text.hpp>

namespace utcp::ws {
namespace {

void append_string(std::string& out, TextRef text) {
  out += '"';
  json::append_escaped(out, text);
  out += '"';
}

// A comma, or the bracket that opens the list.
void append_separator(std::string& out) { out += out.empty() ? '[' : ','; }

std::string close_list(std::string list) {
  if (list.empty()) list = "[";
  list += ']';
  return list;
}

}  // namespace

void Reply::member(const char* name) {
  if (out_.size() > 1) out_ += ',';
  append_string(out_, name);
  out_ += ':';
}

void Reply::text(const char* name, TextRef value) {
  member(name);
  append_string(out_, value);
}

void Reply::number(const char* name, std::int64_t value) { json(name, to_text(value)); }

void Reply::flag(const char* name, bool value) { json(name, value ? "true" : "false"); }

void Reply::json(const char* name, TextRef value) {
  member(name);
  out_ += value.view();
}

std::string Reply::take() {
  out_ += '}';
  return std::move(out_);
}

std::string error_json(const Error& error) {
  Reply reply;
  reply.text("code", error_name(error.code));
  reply.text("message", error.message);
  if (!error.field.empty()) reply.text("field", error.field);
  if (error.http_status != 0) reply.number("httpStatus", error.http_status);
  if (error.close_code != 0) {
    reply.number("closeCode", error.close_code);
    reply.text("reason", error.reason);
    reply.flag("wasClean", error.was_clean);
  }
  return reply.take();
}

std::string plan_json(const Plan& plan) {
  std::string list;
  for (const Piece& piece : plan) {
    append_separator(list);
    if (piece.kind != Piece::Kind::literal) {
      append(list, {"[", to_text(static_cast<int>(piece.kind)), ",", to_text(static_cast<int>(piece.encoding)), ","});
    }
    append_string(list, piece.text);
    if (piece.levels != 0) append(list, {",", to_text(static_cast<int>(piece.levels))});
    if (piece.kind != Piece::Kind::literal) list += ']';
  }
  return close_list(std::move(list));
}

Plan parse_plan(std::string_view json) {
  Plan plan;
  for (const std::string_view item : json::elements_of(json)) {
    Piece& piece = plan.emplace_back();
    const std::vector<std::string_view> parts = json::elements_of(item);
    piece.text = json::text_of(parts.size() < 3 ? item : parts[2]);
    if (parts.size() < 3) continue;
    piece.kind = static_cast<Piece::Kind>(json::scaled(parts[0], 0));
    piece.encoding = static_cast<Encoding>(parts[1].front() - '0');
    if (parts.size() > 3) piece.levels = static_cast<std::uint8_t>(parts[3].front() - '0');
  }
  return plan;
}

std::string headers_json(std::span<const Header> headers) {
  Reply object;
  for (const Header& header : headers) object.text(header.first.c_str(), header.second);
  return object.take();
}

std::string strings_json(std::span<const std::string> strings) {
  std::string list;
  for (const std::string& text : strings) {
    append_separator(list);
    append_string(list, text);
  }
  return close_list(std::move(list));
}

std::string value_reply(TextRef value) {
  Reply reply;
  reply.json("value", value);
  return reply.take();
}

std::string error_reply(const Error& error) {
  Reply reply;
  reply.json("error", error_json(error));
  return reply.take();
}

std::string plan_reply(const Result<Plan>& plan) {
  return plan ? value_reply(plan_json(plan.value())) : error_reply(plan.error());
}

std::vector<std::string> parse_names(std::string_view text) {
  std::vector<std::string> names;
  for (const std::string_view name : json::elements_of(text)) names.push_back(json::text_of(name));
  return names;
}

std::vector<Header> parse_pairs(std::string_view text) {
  std::vector<Header> pairs;
  for (json::Member& member : json::members_of(text)) {
    Header& added = pairs.emplace_back();
    added.first = std::move(member.first);
    added.second = json::text_of(member.second);
  }
  return pairs;
}

}  // namespace utcp::ws
