#include <utcp_websocket/text.hpp>

#include "usage.hpp"

namespace utcp::ws::program {
namespace {

std::string commands() {
  std::string list;
  for (const std::string_view name : command_names()) append(list, {list.empty() ? "" : " ", name});
  return list;
}

std::string bash() {
  std::string flags;
  for (const Option& option : known_options()) {
    append(flags, {flags.empty() ? "" : " ", "--", option.name});
    if (option.letter != 0) append(flags, {" -", std::string(1, option.letter)});
  }
  return concat({R"(_utcp_websocket() {
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
  case "$before" in
    --template|--output|-o) COMPREPLY=($(compgen -f -- "$word")); return ;;
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ] || [ "$before" = help ]; then
    COMPREPLY=($(compgen -W ")",
                 commands(), R"(" -- "$word"))
  elif [ "${word:0:1}" = - ]; then
    COMPREPLY=($(compgen -W ")",
                 flags, R"(" -- "$word"))
  fi
}
complete -o default -F _utcp_websocket utcp-websocket)"});
}

std::string zsh() {
  std::string script = concat({"#compdef utcp-websocket\n_arguments \\\n  '1:command:(", commands(), ")' \\\n"});
  for (const Option& option : known_options()) {
    append(script, {"  '--", option.name, option.takes_value ? "=:value:_files" : "", "' \\\n"});
  }
  return script + "  '*:argument:_files'";
}

std::string fish() {
  std::string script = concat({"complete -c utcp-websocket -n __fish_use_subcommand -f -a '", commands(), "'"});
  for (const Option& option : known_options()) {
    append(script, {"\ncomplete -c utcp-websocket -l ", option.name});
    if (option.letter != 0) append(script, {" -s ", std::string(1, option.letter)});
    if (option.takes_value) script += " -r";
  }
  return script;
}

}  // namespace

std::string completion_for(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  return {};
}

}  // namespace utcp::ws::program
