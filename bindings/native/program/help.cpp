// The help, word for word like js/cli/usage.js; a test compares them.
#include <utcp_websocket/text.hpp>

#include "usage.hpp"

namespace utcp::ws::program {
namespace {

constexpr std::string_view kCommon =
    R"(  --template FILE         a call template in JSON; - reads it from standard input. discover uses
                          its auth and discovery_message; call and stream use the template
                          instead of a manual, and the URL may be omitted
  --recipe NAME           the template for a kind of service, such as graphql or mcp; members of
                          --template override it. utcp-websocket recipes lists the names
  -H, --header 'N: V'     a handshake header; repeatable
  --timeout SECONDS       time until there is a connection, and again until the response; in a
                          stream, between two responses. Default: the call template's, else 30
  --retry                 retry a failed connection until the timeout
  --json                  print JSON, one value per line, also on a terminal; errors, too
  --raw                   print texts without JSON quotes
  -o, --output FILE       write the output for a pipe to FILE
  -v, --verbose           log events to stderr
  --frames                log every frame to stderr, with its content and the time
  --time                  print the duration to stderr
  -h, --help              print this text; utcp-websocket help COMMAND describes a command
  -V, --version           print the version)";

constexpr std::string_view kData =
    R"(  -d, --data NAME=VALUE   one argument; VALUE is parsed as JSON if possible, otherwise it is a
                          text; repeatable, overrides ARGUMENTS
  --upload NAME=FILE      one argument in chunks, each sent in a message of its own; - reads
                          standard input. A chunk is a line, parsed like VALUE; if the template's
                          message_format is binary or base64, it is bytes
  --chunk-size BYTES      the largest chunk of bytes. Default: 65536)";

}  // namespace

std::string help_of(std::string_view command) {
  if (command == "discover") {
    return concat({R"(Usage: utcp-websocket discover URL

Lists the tools of the endpoint at URL: names, descriptions, arguments. In a pipe, each is one
line of JSON, as in the manual.

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

Fetches the manual at URL, calls TOOL as it describes, and prints each response until the stream
ends. The stream also ends on Ctrl-C, or when the reader of the output goes away.

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

Opens a connection and a prompt. Sends each line that you type unchanged, and shows every frame
received. Lines that start with a slash are commands:

  /tools                       lists the endpoint's tools
  /call TOOL [ARGUMENTS]       calls a tool, on a separate connection
  /stream TOOL [ARGUMENTS]     the same, but prints each response; Ctrl-C ends it
  /quit                        closes the connection, like Ctrl-D

)",
                   kCommon, R"(

Example:
  utcp-websocket open ws://127.0.0.1:8765/device)"});
  }
  if (command == "recipes") {
    return R"(Usage: utcp-websocket recipes [NAME]

Lists the recipes: call templates for services that have no manual, such as GraphQL and MCP. With
NAME, prints that template. Other commands use it with --recipe NAME: pass the service's URL, set
secrets in the environment (${HA_TOKEN}), add headers with -H, and override its members with a
--template FILE, such as a GraphQL query or a channel's topic.

  --json                  print JSON, one value per line, also on a terminal; errors, too
  -o, --output FILE       write the output for a pipe to FILE

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
stream     the same, but prints each response until the stream ends
open       opens a prompt to call tools, or to send and show raw frames
recipes    lists the recipes: call templates for services that have no manual

URL        wss: to any host, ws: to this machine only
ARGUMENTS  a JSON object; @FILE reads it from a file, - from standard input

)",
                 kData, "\n", kCommon, R"(

On a terminal, results are formatted. In a pipe, each is one line of JSON; binary results are
written unchanged. ${NAME} in a URL, a header's value or a template is replaced from the
environment. Use it for secrets, in single quotes, so that your shell does not replace it.

Exit codes: 0 success, 1 the tool or its endpoint failed, 2 wrong usage, 3 no connection or a lost
one, 4 timeout, 130 interrupted, 143 terminated.)"});
}

}  // namespace utcp::ws::program
