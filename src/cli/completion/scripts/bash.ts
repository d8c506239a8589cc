/**
 * For bash from 3.2 on, with and without the package bash-completion. Bash cuts words at `=` and `:` too, and wants what
 * follows the cut: the words are put together again by the spaces between them.
 */
export function bashScript(program: string): string {
  const name = `_${program}_complete`;
  return `# bash completion for ${program}
${name}() {
  local rest=\${COMP_LINE:0:COMP_POINT} words=() part index
  for ((index = 0; index <= COMP_CWORD; index++)); do
    part=\${COMP_WORDS[index]}
    if [[ $index -eq 0 || $rest == [[:space:]]* || -z $rest ]]; then
      words+=('')
      rest=\${rest#"\${rest%%[![:space:]]*}"}
    fi
    [[ $index -eq $COMP_CWORD ]] && part=$rest
    words[\${#words[@]}-1]+=$part
    rest=\${rest#"$part"}
  done

  local program=\${words[0]/#\\~\\//$HOME/} line directive='' candidates=()
  while IFS= read -r line; do
    if [[ $line =~ ^:[0-9]+$ ]]; then directive=\${line#:}; else candidates+=("$line"); fi
  done < <("$program" __completeNoDesc "\${words[@]:1}" 2>/dev/null)

  local last=\${words[\${#words[@]}-1]} before=''
  [[ $last == -*=* && $COMP_WORDBREAKS != *=* ]] && before=\${last%%=*}=
  COMPREPLY=()
  [[ -z $directive || $((directive & 1)) -ne 0 ]] && return
  for line in "\${candidates[@]}"; do COMPREPLY+=("$before$line"); done
  if type compopt &>/dev/null; then
    if [[ $((directive & 2)) -ne 0 ]]; then compopt -o nospace; fi
    if [[ $((directive & 4)) -ne 0 ]]; then compopt +o default; fi
  fi
}
complete -o default -F ${name} ${program}
`;
}
