// Owns the completion scripts for shells, generated from the options.
import { commandNames, options } from './usage.js';

/** @type {[name: string, { type: string, short?: string }][]} */
const known = Object.entries(options);

const flags = known.flatMap(
  ([name, { short }]) => /** @type {string[]} */ ([`--${name}`, ...(short ? [`-${short}`] : [])]),
);

/** @type {Record<string, () => string>} */
const scripts = {
  bash: () => `_utcp_websocket() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  case "$before" in
    --template|--output|-o) COMPREPLY=($(compgen -f -- "$word")); return ;;
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ] || [ "$before" = help ]; then
    COMPREPLY=($(compgen -W "${commandNames.join(' ')}" -- "$word"))
  elif [ "\${word:0:1}" = - ]; then
    COMPREPLY=($(compgen -W "${flags.join(' ')}" -- "$word"))
  fi
}
complete -o default -F _utcp_websocket utcp-websocket`,
  zsh: () => `#compdef utcp-websocket
_arguments \\
  '1:command:(${commandNames.join(' ')})' \\
${known.map(([name, { type }]) => `  '--${name}${type === 'string' ? '=:value:_files' : ''}' \\`).join('\n')}
  '*:argument:_files'`,
  fish: () =>
    [
      `complete -c utcp-websocket -n __fish_use_subcommand -f -a '${commandNames.join(' ')}'`,
      ...known.map(
        ([name, { type, short }]) =>
          `complete -c utcp-websocket -l ${name}${short ? ` -s ${short}` : ''}${type === 'string' ? ' -r' : ''}`,
      ),
    ].join('\n'),
};

/** @param {string} shell */
export const completionFor = (shell) => scripts[shell]?.() ?? '';
