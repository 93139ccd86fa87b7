// Owns what the core must not have and the host provides: the date, and random ids. Must not know their purpose.
#pragma once

#include <cstdint>
#include <string>

namespace utcp::ws::native {

/// ISO 8601, UTC, milliseconds.
[[nodiscard]] std::string iso_time();
/// RFC 9562 version 4.
[[nodiscard]] std::string random_uuid();
[[nodiscard]] std::uint64_t random_seed();

}  // namespace utcp::ws::native
