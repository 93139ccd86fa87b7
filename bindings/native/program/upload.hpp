// Owns the argument that `--upload` reads in chunks. Must not know where they go.
#pragma once

#include "ending.hpp"
#include "usage.hpp"
#include "utcp_websocket/client.hpp"

namespace utcp::ws::program {

/// Bytes where the template takes them, else lines; read on a thread of its own, since that may take long. Throws a
/// `UsageError` where the file cannot be opened. `ending` has to outlive it.
[[nodiscard]] ChunkedArgument upload_argument(const Settings& settings, const Json& call_template,
                                              const Ending& ending);

}  // namespace utcp::ws::program
