// The help, word for word that of js/cli/usage.js: a test of the command line compares them.
#include <utcp_websocket/text.hpp>

#include "usage.hpp"

namespace utcp::ws::program {
namespace {

constexpr std::string_view kCommon =
    R"(  --template FILE         a call template in JSON, - from standard input. discover asks as it
                          says; call and stream call by it, ask for no manual, and need no URL
  --recipe NAME           the template of a kind of service, such as graphql or mcp; what --template
                          gives besides wins. utcp-websocket recipes lists them
  -H, --header 'N: V'     a handshake header; may be repeated
  --timeout SECONDS       until there is a connection, and then until the response; in a stream
                          between two responses. Default: the call template's, else 30
  --retry                 try again until the timeout when no connection can be opened
  --json                  JSON, one value a line, also on a terminal; errors, too
  --raw                   texts as they are, without the quotes of JSON
  -o, --output FILE       write to FILE what would be written to a pipe
  -v, --verbose           log events to stderr
  --frames                show every frame, with its content and the time, on stderr
  --time                  say on stderr how long it took
  -h, --help              this text; utcp-websocket help COMMAND tells more of one
  -V, --version           the version)";

constexpr std::string_view kData =
    R"(  -d, --data NAME=VALUE   one argument: VALUE is JSON where it can be read as JSON, else a text;
                          may be repeated, and wins over ARGUMENTS
  --upload NAME=FILE      one argument in chunks, each in a message of its own: the lines of FILE, -
                          from standard input, as VALUEs; where the template's message_format is
                          binary or base64, its bytes
  --chunk-size BYTES      how many bytes are a chunk, at most. Default: 65536)";

}  // namespace

std::string help_of(std::string_view command) {
  if (command == "discover") {
    return concat({R"(Usage: utcp-websocket discover URL

Lists the tools of the endpoint at URL: names, descriptions, arguments. In a pipe each is a line
of JSON, as it stands in the manual.

)",
                   kCommon, R"(

Examples:
  utcp-websocket discover ws://127.0.0.1:8765/utcp
  utcp-websocket discover wss://tools.example/utcp -H 'Authorization: Bearer ${TOKEN}'
  utcp-websocket discover ws://127.0.0.1:8765/utcp | jq -r .name)"});
  }
  if (command == "call") {
    return concat({R"(Usage: utcp-websocket call URL TOOL [ARGUMENTS]

Fetches the manual at URL, calls TOOL as it describes, and prints the result.

)",
                   kData, "\n", kCommon, R"(

Examples:
  utcp-websocket call ws://127.0.0.1:8765/utcp search_docs '{"query":"ping"}'
  utcp-websocket call ws://127.0.0.1:8765/utcp search_docs -d query=ping -d limit=3
  utcp-websocket call --template weather.json weather -d city=Oslo
  utcp-websocket call wss://mcp.example/ echo -d message=hello --recipe mcp)"});
  }
  if (command == "stream") {
    return concat({R"(Usage: utcp-websocket stream URL TOOL [ARGUMENTS]

Fetches the manual at URL, calls TOOL as it describes, and prints each response as it comes, until
the stream ends. Ctrl-C, or a reader that goes away, ends it, too.

)",
                   kData, "\n", kCommon, R"(

Examples:
  utcp-websocket stream ws://127.0.0.1:8765/utcp watch_metrics -d interval_ms=500
  utcp-websocket stream ws://127.0.0.1:8765/utcp watch_metrics | head -3
  arecord -t raw -f S16_LE -r 16000 |
    utcp-websocket stream listen --recipe deepgram --upload audio=-)"});
  }
  if (command == "open") {
    return concat({R"(Usage: utcp-websocket open URL

Opens a connection and a prompt. A line that is typed is sent as it is; every frame that comes is
shown. Lines that start with a slash are commands:

  /tools                       lists the tools that the endpoint tells of
  /call TOOL [ARGUMENTS]       calls one, on a connection of its own
  /stream TOOL [ARGUMENTS]     the same, each response as it comes; Ctrl-C ends it
  /quit                        closes the connection, as Ctrl-D does

)",
                   kCommon, R"(

Example:
  utcp-websocket open ws://127.0.0.1:8765/device)"});
  }
  if (command == "recipes") {
    return R"(Usage: utcp-websocket recipes [NAME]

Lists the recipes: call templates for services that have no manual, such as GraphQL and MCP. Of one
the template is printed. With --recipe NAME a command goes by it: URL is yours, secrets come from
the environment (${HA_TOKEN}), -H adds headers, and members of a --template FILE take the place of
the recipe's: the query of GraphQL, the topic of a channel.

  --json                  JSON, one value a line, also on a terminal; errors, too
  -o, --output FILE       write to FILE what would be written to a pipe

Examples:
  utcp-websocket recipes
  utcp-websocket recipes graphql > graphql.json
  utcp-websocket call wss://home.example/api/websocket get_states --recipe home-assistant)";
  }
  if (command == "completion") {
    return concat({R"(Usage: utcp-websocket completion bash | zsh | fish

Prints a script that completes commands and options in your shell.

Examples:
  source <(utcp-websocket completion bash)
  utcp-websocket completion zsh > "${fpath[1]}/_utcp-websocket"
  utcp-websocket completion fish > ~/.config/fish/completions/utcp-websocket.fish)"});
  }
  return concat({R"(Usage: utcp-websocket discover URL
       utcp-websocket call URL TOOL [ARGUMENTS]
       utcp-websocket stream URL TOOL [ARGUMENTS]
       utcp-websocket open URL
       utcp-websocket recipes [NAME]
       utcp-websocket help [COMMAND]
       utcp-websocket completion bash | zsh | fish

discover   lists the tools of the endpoint at URL
call       fetches the manual at URL, calls TOOL as it describes, prints the result
stream     the same, prints each response as it comes, until the stream ends
open       opens a prompt: call tools, or send and see frames as they are
recipes    lists the recipes: call templates for services that have no manual

URL        wss: to any host, ws: to this machine only
ARGUMENTS  a JSON object; @FILE reads it from a file, - from standard input

)",
                 kData, "\n", kCommon, R"(

On a terminal results are made readable. In a pipe each is a line of JSON, and binary ones are
written as they are. ${NAME} in a URL, a header's value or a template is filled in from the
environment: the place for secrets, in single quotes, so that your shell leaves it alone.

Exit codes: 0 done, 1 the tool or its endpoint failed, 2 wrong usage, 3 no connection or it was
lost, 4 timeout, 130 interrupted, 143 terminated.)"});
}

}  // namespace utcp::ws::program
