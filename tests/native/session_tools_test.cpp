// Which tools are the same to calls, and for how long.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "fake_host.hpp"

namespace utcp::ws::test {
namespace {

constexpr const char* kToolUrl = R"("call_template_type":"websocket","url":"wss://h.example/ws")";

std::string tool_with(std::string_view fields) { return concat({"{", kToolUrl, ",", fields, "}"}); }

constexpr const char* kToolById = R"("message":{"id":"{{request_id}}","tool":"a"})";

TEST(SessionTools, ThoseThatDifferInNamesAndMessagesOnlyAreOne) {
  FakeHost host;
  const ToolId first = host.tool(tool_with(kToolById), "m.a");
  EXPECT_EQ(host.tool(tool_with(R"("name":"x","message":{"id":"{{request_id}}","tool":"b"})"), "m.b"), first);
  EXPECT_EQ(host.tool(tool_with(R"("message":"{\"id\":{{request_id}},\"b\":1}")"), "m.c"), first);
  EXPECT_EQ(host.tool(tool_with(R"("messages":["x",{"id":"{{request_id}}"}])"), "m.d"), first);
  EXPECT_EQ(host.session.counts().tools, 4U);
}

TEST(SessionTools, EverythingElseTellsThemApart) {
  FakeHost host;
  const ToolId first = host.tool(tool_with(kToolById), "m.a");
  EXPECT_NE(host.tool(tool_with(kToolById), "n.a"), first);
  EXPECT_NE(host.tool(tool_with(kToolById), "m.a", CallerId{1}), first);
  EXPECT_NE(host.tool(tool_with(R"("name":"n","message":{"id":"{{request_id}}"})"), "a"),
            host.tool(tool_with(R"("name":"o","message":{"id":"{{request_id}}"})"), "a"));
  for (const char* fields : {
           R"("message":{"no":"{{request_id}}"})",
           R"("message":{"id":"{{uuid}}"})",
           R"("message":{"id":1})",
           R"("message":"text {{request_id}}")",
           R"("message":"text {{uuid}}")",
           R"("message":false)",
           R"("message":{"id":"{{request_id}}","tool":"a"},"result_path":"/a")",
           R"("message":{"id":"{{request_id}}","tool":"a"},"response_timeout":1)",
           R"("message":{"id":"{{request_id}}","tool":"a"},"header_fields":["a"])",
           R"("message":{"id":"{{request_id}}","tool":"{{connect.a}}"},
              "connect":[{"expect":{"a":{}},"capture":{"a":"/a"}}])",
           R"("message":{"id":"{{request_id}}","tool":"a"},"connect":[{"expect":{"a":{}},"capture":{"a":"/a"}}])",
       }) {
    EXPECT_NE(host.tool(tool_with(fields), "m.a"), first) << fields;
  }
  EXPECT_EQ(host.session.counts().tools, 16U);
}

TEST(SessionTools, EachMustBeReleased) {
  FakeHost host;
  const ToolId tool = host.tool(tool_with(kToolById), "m.a");
  EXPECT_EQ(host.tool(tool_with(kToolById), "m.b"), tool);
  host.session.release(tool);
  ASSERT_NE(host.session.find_template(tool), nullptr);
  const CallId call = host.call(tool);
  host.open(1);
  host.session.release(tool);
  EXPECT_EQ(host.session.find_template(tool), nullptr);
  EXPECT_EQ(host.session.counts().tools, 0U);
  host.session.release(tool);  // is ignored

  EXPECT_NE(host.tool(tool_with(kToolById), "m.a"), tool);
  host.text(1, R"({"id":1})");
  EXPECT_TRUE(host.succeeded(call));
}

TEST(SessionTools, MessagesStayWithTheHost) {
  FakeHost host;
  const CallTemplate* shared = host.session.find_template(host.tool(tool_with(R"("messages":["a","b"])")));
  EXPECT_EQ(shared->message.plan({}), MessageTemplate().plan({}));
  EXPECT_TRUE(shared->more_messages.empty());
}

TEST(SessionTools, WarnOfTheirTemplateOnce) {
  FakeHost host;
  host.session.set_reporting(true);
  const std::string odd = R"("respond_timeout":5,"message":{"id":"{{request_id}}","tool":)";
  host.call(host.tool(tool_with(odd + "1}"), "m.a"));
  host.call(host.tool(tool_with(odd + "2}"), "m.b"));
  EXPECT_EQ(host.reports.size(), 1U);
}

}  // namespace
}  // namespace utcp::ws::test
