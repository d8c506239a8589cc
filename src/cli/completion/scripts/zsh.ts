/** For zsh; as a file of `$fpath`, named with an underscore before the program, or read by `source`. */
export function zshScript(program: string): string {
  return `#compdef ${program}
_${program}() {
  local command=\${(Q)words[1]} line value directive
  command=\${command/#\\~\\//$HOME/}
  local -a earlier lines items suffix
  (( CURRENT > 2 )) && earlier=("\${(@Q)words[2,CURRENT-1]}")
  lines=("\${(@f)$("$command" __complete "\${(@)earlier}" "\${(Q)PREFIX}" 2>/dev/null)}")
  [[ \${lines[-1]} == :<-> ]] || return 1
  directive=\${lines[-1]#:}
  lines[-1]=()
  (( directive & 1 )) && return 1

  [[ $PREFIX == -*=* ]] && compset -P '*='
  for line in "\${(@)lines}"; do
    value=\${line%%$'\\t'*}
    if [[ $line == *$'\\t'* ]]; then
      items+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    else
      items+=("\${value//:/\\\\:}")
    fi
  done
  (( directive & 2 )) && suffix=(-S '')
  (( $#items )) && _describe '${program}' items "\${(@)suffix}" && return 0
  (( directive & 4 )) && return 1
  _files
}
if [[ \${funcstack[1]} == _${program} ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}
