// Owns `open`: a prompt on a connection. Sends each line as a frame and shows received frames; lines with a slash are
// commands. Must not know how a tool is called.
#pragma once

#include "commands.hpp"

namespace utcp::ws::program {

void open(const Context& context);

}  // namespace utcp::ws::program
