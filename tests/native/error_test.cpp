#include <gtest/gtest.h>

#include <set>
#include <string>

#include <utcp_websocket/error.hpp>

namespace utcp::ws {
namespace {

TEST(ErrorTable, HasARowForEveryCodeInTheirOrder) {
  ASSERT_EQ(error_table().size(), static_cast<std::size_t>(ErrorCode::module_failed) + 1);
  for (std::size_t i = 0; i < error_table().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(error_table()[i].code), i) << error_table()[i].name;
    EXPECT_EQ(&describe(error_table()[i].code), &error_table()[i]);
    EXPECT_STREQ(error_name(error_table()[i].code), error_table()[i].name);
  }
}

TEST(ErrorTable, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const ErrorKind& kind : error_table()) EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
}

TEST(ErrorTable, UsesTheClassesThatUsersCatch) {
  const std::set<std::string_view> classes = {"UtcpWebSocketError",
                                              "CallTemplateError",
                                              "WebSocketSecurityError",
                                              "ManualError",
                                              "WebSocketConnectionError",
                                              "WebSocketAuthError",
                                              "WebSocketTimeoutError",
                                              "WebSocketClosedError",
                                              "WebSocketProtocolError",
                                              "WebSocketOverflowError",
                                              "ToolError",
                                              "ProtocolClosedError"};
  std::set<std::string_view> used;
  for (const ErrorKind& kind : error_table()) used.insert(kind.class_name);
  EXPECT_EQ(used, classes);
  EXPECT_STREQ(describe(ErrorCode::url_refused).class_name, "WebSocketSecurityError");
  EXPECT_STREQ(describe(ErrorCode::response_timeout).class_name, "WebSocketTimeoutError");
  EXPECT_STREQ(describe(ErrorCode::manual_deregistered).class_name, "ProtocolClosedError");
}

TEST(ErrorTable, SaysWhoseFaultItIs) {
  EXPECT_EQ(describe(ErrorCode::invalid_call_template).fault, Fault::caller);
  EXPECT_EQ(describe(ErrorCode::invalid_manual).fault, Fault::peer);
  EXPECT_EQ(describe(ErrorCode::connection_failed).fault, Fault::network);
  EXPECT_EQ(describe(ErrorCode::auth_unsupported).fault, Fault::host);
  EXPECT_EQ(describe(ErrorCode::module_failed).fault, Fault::library);
  EXPECT_STREQ(fault_name(Fault::caller), "caller");
  EXPECT_STREQ(fault_name(Fault::peer), "peer");
  EXPECT_STREQ(fault_name(Fault::network), "network");
  EXPECT_STREQ(fault_name(Fault::host), "host");
  EXPECT_STREQ(fault_name(Fault::library), "library");
}

TEST(ResultType, HoldsAValueOrAnError) {
  Result<std::string> good = std::string("value");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good.value(), "value");
  EXPECT_EQ(std::move(good).value(), "value");

  Result<std::string> bad = Error{ErrorCode::tool_failed, "no"};
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::tool_failed);
  EXPECT_EQ(std::move(bad).error().message, "no");
}

}  // namespace
}  // namespace utcp::ws
