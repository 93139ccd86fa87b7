#include "model.hpp"

#include <algorithm>
#include <utility>

namespace utcp::ws::simulation {

std::size_t Model::group_of(const ToolPlan& tool, const std::optional<std::string>& header) {
  const std::string value = header.value_or("");
  const auto [entry, is_new] =
      group_ids_.try_emplace({tool.caller, tool.manual, tool.site, tool.has_header_field, value}, groups_.size());
  if (is_new) groups_.push_back({.caller = tool.caller, .manual = tool.manual, .site = tool.site, .header = value});
  return entry->second;
}

ModelCall* Model::live_call(std::uint32_t id) {
  const auto entry = calls_.find(id);
  return entry == calls_.end() || entry->second.state == ModelCall::State::over ? nullptr : &entry->second;
}

const ModelCall* Model::live_call(std::uint32_t id) const {
  const auto entry = calls_.find(id);
  return entry == calls_.end() || entry->second.state == ModelCall::State::over ? nullptr : &entry->second;
}

bool Model::is_taken(const ModelConnection& connection, const ModelCall& call) const {
  return call.topic != 0 && std::any_of(connection.calls.begin(), connection.calls.end(), [&](std::uint32_t id) {
           const ModelCall* other = live_call(id);
           return other != nullptr && other->id != call.id && other->topic == call.topic;
         });
}

ModelConnection* Model::live_connection(std::uint32_t id) {
  const auto entry = connections_.find(id);
  return entry == connections_.end() || entry->second.state == ModelConnection::State::gone ? nullptr : &entry->second;
}

ModelCall& Model::add_call(ModelCall call) {
  live_calls_.push_back(call.id);
  return calls_.emplace(call.id, std::move(call)).first->second;
}

ModelConnection& Model::add_connection(ModelConnection connection) {
  live_connections_.push_back(connection.id);
  return connections_.emplace(connection.id, std::move(connection)).first->second;
}

void Model::end_call(ModelCall& call) {
  call.state = ModelCall::State::over;
  std::erase(live_calls_, call.id);
  std::erase(groups_[call.group].waiting, call.id);
}

void Model::end_connection(ModelConnection& connection) {
  const bool was_ready = connection.state == ModelConnection::State::ready;
  connection.state = ModelConnection::State::gone;
  std::erase(live_connections_, connection.id);
  if (connection.group) {
    Group& group = groups_[*connection.group];
    std::erase(group.connections, connection.id);
    if (was_ready && connection.id != group.refused) group.refused = 0;
  }
}

void Model::assign(ModelConnection& connection, std::size_t group) {
  connection.group = group;
  groups_[group].connections.push_back(connection.id);
}

std::vector<std::size_t> Model::candidates(std::size_t site, const OpenSocket& opened) const {
  std::string who;
  for (const Header& header : opened.handshake.headers) {
    if (header.first == "X-Who") who = header.second;
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const Group& group = groups_[i];
    if (group.site != site || group.header != who || group.manual != opened.manual) continue;
    if (!group.waiting.empty() || scenario_.sites[site].needs_token) found.push_back(i);
  }
  return found;
}

bool Model::may_have_more(const Group& group) const {
  return std::any_of(live_connections_.begin(), live_connections_.end(), [&](std::uint32_t id) {
    const ModelConnection& connection = connections_.at(id);
    return !connection.group && connection.site == group.site;
  });
}

}  // namespace utcp::ws::simulation
