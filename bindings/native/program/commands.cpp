#include "commands.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <utcp_websocket/text.hpp>
#include <utcp_websocket/url.hpp>

#include "failures.hpp"
#include "recipes.hpp"
#include "terminal.hpp"
#include "upload.hpp"

namespace utcp::ws::program {
namespace {

/// What stands before the dot of a tool's name, so that a dot in the name itself means nothing.
constexpr std::string_view kManual = "cli";

/// UTF-16 code units of a frame that are shown, as in the program for Node.
constexpr std::size_t kLongestFrame = 2000;

/// The value, or throws the error: of the signal where one has come.
template <class Value>
Value value_of(Result<Value> result, const Ending& ending) {
  if (result) return std::move(*result);
  if (const auto exit_code = ending.exit_code()) throw Ended{*exit_code};
  throw Failed{std::move(result.error())};
}

CallOptions options_of(const Context& context) {
  CallOptions options;
  options.stop = context.ending.token();
  return options;
}

/// Of a call.
CallOptions options_of(const Context& context, const Json& call_template) {
  CallOptions options = options_of(context);
  if (context.settings.upload) options.chunks = upload_argument(context.settings, call_template, context.ending);
  return options;
}

/// `headers` win over the template's.
Json with_settings(Json call_template, const Settings& settings, const Json& headers) {
  if (!headers.empty()) {
    std::vector<std::string> names;
    for (const auto& [name, value] : headers.items()) names.push_back(name);
    call_template = without_headers(std::move(call_template), names);
    Json& all = call_template["headers"];
    if (!all.is_object()) all = Json::object();
    all.update(headers);
  }
  if (settings.timeout) {
    for (const char* field : {"timeout", "connection_timeout", "response_timeout"}) {
      call_template[field] = *settings.timeout;
    }
  }
  return call_template;
}

Manual manual_of(const Context& context, const Json& call_template) {
  Manual manual = value_of(context.client.register_manual(call_template, options_of(context)), context.ending);
  for (const std::string& reason : manual.left_out) note("left out: " + context.secrets.mask(reason));
  return manual;
}

/// With the port where it is not the scheme's own; what is no URL stays as it is.
std::string origin_of(const Json& call_template) {
  const std::string text = call_template.value("url", "");
  const Result<Url> url = parse_url(text);
  if (!url) return text;
  const bool is_default = url->port == (url->scheme == "wss" ? 443 : 80);
  return is_default ? concat({url->scheme, "://", url->host}) : url->origin();
}

bool has_discovery(const Json& call_template) { return !call_template.value("discovery", Json()).is_null(); }

/// How the tool is called: as the template says, else as the manual does.
Json template_of(const Context& context, const std::string& tool) {
  const Settings& settings = context.settings;
  const Json given = given_template(context);
  if (settings.has_template() && !has_discovery(given)) return given;
  const Manual manual = manual_of(context, given);
  const Tool* const found = manual.find(tool);
  if (found == nullptr) {
    std::string names;
    for (const Tool& one : manual.tools) append(names, {names.empty() ? "" : ", ", one.name});
    throw UnknownTool(concat({"there is no tool ", tool, "; there are ", names.empty() ? "none" : names}));
  }
  const std::string origin = origin_of(found->call_template);
  const bool is_near = origin == origin_of(given);
  if (!is_near && !settings.headers.empty()) {
    note(concat({"the headers are not sent to ", origin, ": the tool is of another origin than its manual"}));
  }
  const Json nothing = Json::object();
  return with_settings(found->call_template, settings, is_near ? given.value("headers", nothing) : nothing);
}

std::string full_name(const std::string& tool) { return concat({kManual, ".", tool}); }

Json secret_of(const Json& auth) {
  if (!auth.is_object()) return {};
  for (const char* name : {"api_key", "password", "client_secret", "access_token"}) {
    if (auth.contains(name)) return auth[name];
  }
  return {};
}

/// Tools get their manual's credential, which came from the environment or a file: it is not for printing. Of tools
/// that `discovery` made the whole call template came from there.
Json without_secrets(Json tool, const Json& call_template) {
  if (has_discovery(call_template)) {
    tool.erase("tool_call_template");
    return tool;
  }
  const auto own = call_template.find("auth");
  Json& its = tool["tool_call_template"];
  if (own != call_template.end() && its.contains("auth") && secret_of(its["auth"]) == secret_of(*own))
    its.erase("auth");
  return tool;
}

}  // namespace

void discover(const Context& context) {
  const Json call_template = given_template(context);
  const Manual manual = manual_of(context, call_template);
  Output& output = context.output;
  if (output.for_people()) {
    const std::size_t size = manual.tools.size();
    const std::string count = concat({to_text(size), size == 1 ? " tool" : " tools"});
    const std::string list = tool_list(manual, output.paint());
    output.print(list.empty() ? count : concat({list, "\n\n", output.paint()(Style::dim, count)}));
    return;
  }
  for (const Json& tool : manual.json["tools"]) {
    output.write(context.settings.has_template() ? without_secrets(tool, call_template) : tool);
  }
}

void call(const Context& context, const std::string& tool, const std::optional<std::string>& args) {
  const Json arguments = context.input.arguments(args, context.settings.data);
  const Json call_template = template_of(context, tool);
  const CallOptions options = options_of(context, call_template);
  context.output.write(
      value_of(context.client.call_tool(full_name(tool), arguments, call_template, options), context.ending));
}

void stream(const Context& context, const std::string& tool, const std::optional<std::string>& args) {
  const Json arguments = context.input.arguments(args, context.settings.data);
  const Json call_template = template_of(context, tool);
  Progress progress(context.output);
  ToolStream items =
      context.client.stream(full_name(tool), arguments, call_template, options_of(context, call_template));
  while (const std::optional<Json> item = value_of(items.next(), context.ending)) {
    context.output.write(*item);
    progress.count();
  }
}

void recipes(const Settings& settings, Output& output) {
  if (!settings.topic.empty()) {
    const Json call_template = recipe_of(settings.topic).call_template;
    if (settings.json || output.for_people()) return output.write(call_template);
    return output.print(call_template.dump(2));  // to be kept, and changed
  }
  const std::vector<Recipe> known = read_recipes();
  if (output.for_people()) return output.print(recipe_list(known, output.paint()));
  for (const auto& [name, title, call_template] : known) {
    output.write({{"name", name}, {"title", title}, {"template", call_template}});
  }
}

Json given_template(const Context& context) {
  const auto& [settings, client, output, input, ending, secrets] = context;
  Json call_template{{"call_template_type", "websocket"}};
  if (settings.has_template()) call_template.update(input.call_template(settings));
  if (settings.url) {
    call_template["url"] = input.fill_url(*settings.url, "the URL");
  } else if (settings.recipe) {
    // A name that no host has: it shows what the URL looks like.
    const Json given = call_template.value("url", Json());
    const std::string url = given.is_string() ? given.get<std::string>() : "";
    if (url.find(".example/") != std::string::npos) {
      throw UsageError(concat({"the recipe ", *settings.recipe, " needs a URL, such as ", url}));
    }
  }
  call_template["name"] = kManual;
  if (const auto auth = call_template.find("auth"); auth != call_template.end()) secrets.add_all(secret_of(*auth));
  Json headers = Json::object();
  for (const auto& [name, value] : settings.headers) headers[name] = input.fill(value, "the header " + name);
  return with_settings(std::move(call_template), settings, headers);
}

std::string frame_text(std::string_view content, bool is_text, const KnownSecrets& secrets) {
  if (!is_text) return summary(content);
  const std::string text = harmless(secrets.mask(content));
  std::size_t units = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) == 0x80) continue;
    if (units >= kLongestFrame) return concat({text.substr(0, i), " … (", grouped(content.size()), " bytes)"});
    units += byte >= 0xF0 ? 2 : 1;
  }
  return text;
}

}  // namespace utcp::ws::program
