// Owns parsing a manual's text, which the core has checked, into values. Must not know how it was requested.
#pragma once

#include <string>
#include <string_view>

#include <utcp_websocket/call_template.hpp>
#include <utcp_websocket/error.hpp>
#include <utcp_websocket/url.hpp>

#include "utcp_websocket/client_options.hpp"
#include "utcp_websocket/tools.hpp"

namespace utcp::ws::native {

/// `source`: where it came from; `auth`: JSON text of the credential that fetched it, empty: none; `discovery`: of the
/// template that asked for it.
[[nodiscard]] Result<Manual> read_manual(std::string_view text, const Url& source, std::string_view auth,
                                         const Discovery& discovery, const ClientOptions& options);

}  // namespace utcp::ws::native
