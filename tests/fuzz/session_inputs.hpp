// Owns what the session fuzzer chooses from: call templates, and frames.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include <utcp_websocket/call.hpp>

namespace utcp::ws::fuzz {

inline constexpr std::size_t kMaxDepth = 16;
inline constexpr std::size_t kMaxFrame = 150;

// Members beside the URL. Those with more that tells endpoints apart than a command shows get a URL of their own.
struct Rules {
  const char* members;
  bool own_url = false;
};
inline constexpr Rules kRules[] = {
    {R"("timeout":1)"},
    {R"("message":{"id":"{{request_id}}"},"timeout":2)"},
    {R"("message":{"id":"{{uuid}}","a":1},"connection_timeout":1)"},
    {R"("message":{"id":"{{request_id}}"},"correlation":["/of","/id"])"},
    {R"("keep_alive":false)"},
    {R"("expected_responses":2,"response_format":"json")"},
    {R"("expected_responses":-1,"response_timeout":0.5)"},
    {R"("message_filter":{"k":"UTCP_ARG_k_UTCP_ARG"})"},
    {R"("connect_message":"s3cr3t","connect_ack":{"type":"ack"},"timeout":3)", true},
    {R"("connect_message":{"a":1},"message":{"id":"{{request_id}}"})", true},
    {R"("protocol":"p")"},
    {R"("header_fields":["X-A"])", true},
    {R"("message":{"id":"{{request_id}}"},"result_path":"/result","error_path":"/error","close_after_response":true)"},
    {R"("auth":{"auth_type":"api_key","api_key":"s3cr3t","location":"query","var_name":"key"})", true},
    {R"("auth":{"auth_type":"oauth2","token_url":"https://h.example/t","client_id":"c","client_secret":"s3cr3t"},"protocol":"p")",
     true},
    {R"("message":{"id":"{{request_id}}"},"connect_ack":{"type":"ack"},"stream_end":{"op":"complete"})", true},
    {R"("message":{"id":"{{request_id}}"},"expected_responses":3)"},
    {R"("message":{"id":"{{request_id}}"},"timeout":2,"progress_filter":{"of":"{{request_id}}"})"},
    {R"("timeout":1,"progress_filter":{"$prefix":"{\"of"})"},
    {R"("ping_interval":0.3,"timeout":2)", true},
    {R"("ping_interval":0.3,"ping_message":"ping")", true},
    {R"("ping_interval":0.3,"ping_message":"ping","message":{"id":"{{request_id}}"})", true},
    {R"("message":{"id":"{{request_id}}"},"leave_message":"leave","disconnect_message":"bye")", true},
    {R"("leave_message":"leave","leave_when":"always","disconnect_message":"bye","timeout":1)", true},
    {R"("expected_responses":0,"leave_message":"leave","leave_when":"always","close_after_response":true)"},
    {R"("message":{"id":"{{request_id}}"},"expected_responses":0)"},
    {R"("auth":{"auth_type":"basic","username":"u","password":"s3cr3t"},"header_fields":["X-A"])", true},
    {R"("message":{"id":"{{request_id}}"},"connection_error":[{"gone":1},{"$prefix":"GONE"}],"error_path":"/error",)"
     R"("leave_message":"leave","disconnect_message":"bye")",
     true},
    {R"("connection_error":{"gone":1},"connect_message":{"a":1},"connect_ack":{"type":"ack"})", true},
    {R"("message":{"id":"{{request_id}}"},"capture":{"sub":"/id"},"correlation":{"/v":"UTCP_ARG_v_UTCP_ARG"})"},
};

struct Prepared {
  CallTemplate call_template;
  CallRules rules{call_template};
};

// Made once: these templates are the same in all inputs.
inline const Prepared& prepared(const std::string& url, const Rules& rules) {
  static std::map<std::string, std::unique_ptr<Prepared>> known;
  const std::string text = R"({"url":")" + url + "\"," + rules.members + "}";
  std::unique_ptr<Prepared>& entry = known[text];
  if (!entry) entry = std::make_unique<Prepared>(Prepared{parse_call_template(text).value()});
  return *entry;
}

/// What a caller gives for `correlation`: some calls give the same.
inline std::string value_of(const std::string& id) { return std::string(1, id.back() % 2 == 0 ? 'a' : 'b'); }

/// A frame; `kind` tells which, `id` is the id that it carries if it carries one.
inline constexpr std::size_t kFrameKinds = 20;
inline std::string payload_of(std::size_t kind, const std::string& id) {
  switch (kind) {
    case 0:
      return "plain";
    case 1:
      return R"({"id":)" + id + R"(,"result":1})";
    case 2:
      return R"({"id":")" + id + R"(","k":"v"})";
    case 3:
      return R"({"id":"u)" + id + R"("})";
    case 4:
      return R"({"type":"stream_end"})";
    case 5:
      return R"({"type":"tool_error","error":"e","id":")" + id + R"("})";
    case 6:
      return R"({"type":"tool_response","result":1,"request_id":")" + id + R"("})";
    case 7:
      return R"({"type":"ack"})";
    case 8:
      return R"({"op":"complete","id":)" + id + "}";
    case 9:
      return R"({"tools":[],"k":"v"})";
    case 10:
      return R"({"error":{"code":1},"id":)" + id + "}";
    case 11:
      return std::string(kMaxDepth + 1, '[') + std::string(kMaxDepth + 1, ']');
    case 12:
      return std::string(kMaxFrame + 1, 'x');
    case 13:
      return R"({"of":)" + id + "}";
    case 15:
      return R"({"gone":1,"error":{"code":1},"id":)" + id + "}";
    case 16:
      return R"({"gone":1})";
    case 17:
      return "GONE";
    case 18:
      return R"({"type":"tool_error","error":{"code":1}})";
    case 19:
      return R"({"v":")" + value_of(id) + R"("})";
    default:
      return R"({"id":")" + id + R"(","type":"stream_end"})";
  }
}

}  // namespace utcp::ws::fuzz
