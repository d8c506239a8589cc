import { bytesFromText } from '../../go/bytes.js';
import { quoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';

/** The function that writes the completion script of each shell; the parameter is the program's name. */
const SCRIPTS = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
} as const satisfies Readonly<Record<string, (program: string) => string>>;

export type Shell = keyof typeof SCRIPTS;
export const SHELLS = Object.keys(SCRIPTS) as readonly Shell[];

/** Checks the argument of `completion`. Throws a `UsageError` with cobra's messages. */
export function toShell(args: readonly string[], program: string): Shell {
  const [name = ''] = args;
  const reasons = [`the shell must be one of ${SHELLS.join(', ')}`];
  if (args.length !== 1) {
    throw new UsageError(`accepts 1 arg(s), received ${args.length}`, 'flag', { reasons });
  }
  const shell = SHELLS.find((each) => each === name);
  if (shell !== undefined) return shell;
  throw new UsageError(
    `invalid argument ${quoteGo(bytesFromText(name))} for "${program} completion"`,
    'flag',
    {
      reasons,
    },
  );
}

export function completionScript(shell: Shell, program: string): string {
  return SCRIPTS[shell](program);
}

/** The help text of `completion`. */
export function completionDescription(program: string): string {
  return [
    'The script asks the installed program for candidates: it does not change when the program is updated. To load it in',
    'every session, save it where the shell looks for completions:',
    '',
    `  bash        ~/.local/share/bash-completion/completions/${program}`,
    `              or, for all users, /etc/bash_completion.d/${program}`,
    `  zsh         _${program} in a directory of $fpath, after 'autoload -U compinit; compinit'`,
    `  fish        ~/.config/fish/completions/${program}.fish`,
    '  powershell  a file that $PROFILE runs',
  ].join('\n');
}

/** The examples of `completion`: how each shell loads the script for the current session. */
export function completionExamples(program: string): readonly string[] {
  return [
    '# Bash or zsh, for the current session',
    `source <(${program} completion bash)`,
    `source <(${program} completion zsh)`,
    '# Fish',
    `${program} completion fish | source`,
    '# PowerShell',
    `${program} completion powershell | Out-String | Invoke-Expression`,
  ];
}

/**
 * For bash 3.2 and later, with and without the package bash-completion. Bash also splits words at `=` and `:`, and expects
 * candidates for the last part only. The script joins the parts that have no space between them.
 */
function bashScript(program: string): string {
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
  local value=$last cut=''
  [[ $last == -*=* ]] && value=\${last#*=}
  [[ $value == *:* && $COMP_WORDBREAKS == *:* ]] && cut=\${value%:*}: before=''
  COMPREPLY=()
  [[ -z $directive || $((directive & 1)) -ne 0 ]] && return
  for line in "\${candidates[@]}"; do COMPREPLY+=("$before\${line#"$cut"}"); done
  if type compopt &>/dev/null; then
    if [[ $((directive & 2)) -ne 0 ]]; then compopt -o nospace; fi
    if [[ $((directive & 4)) -ne 0 ]]; then compopt +o default; fi
  fi
}
complete -o default -F ${name} ${program}
`;
}

/** For fish 3.0 and later. */
function fishScript(program: string): string {
  const name = `__${program}_complete`;
  return `# fish completion for ${program}
function ${name}
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l command (string replace -r '^~/' "$HOME/" -- $words[1])
    set -e words[1]
    set -l lines ($command __complete $words "$current" 2>/dev/null)
    string match -qr '^:[0-9]+$' -- "$lines[-1]"
    or return
    set -l directive (string sub -s 2 -- $lines[-1])
    set -e lines[-1]
    test (math "$directive % 2") -eq 0
    or return

    set -l before ''
    if string match -qr '^-.*=' -- "$current"
        set before (string replace -r '=.*' '=' -- "$current")
    end
    for line in $lines
        printf '%s\\n' "$before$line"
    end
    if test (count $lines) -eq 0 -a (math "floor($directive / 4) % 2") -eq 0
        __fish_complete_path "$current"
    end
end
complete -c ${program} -e
complete -c ${program} -f -a '(${name})'
`;
}

/** For Windows PowerShell 5.1 and PowerShell 7. Before 7.3, an empty argument must be passed to a program as two quotes. */
function powershellScript(program: string): string {
  return `# PowerShell completion for ${program}
Register-ArgumentCompleter -Native -CommandName '${program}' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $elements = @($commandAst.CommandElements)
    $command = "$($elements[0])"
    $words = @($elements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
    $last = "$wordToComplete"
    if ($last -eq '' -and ($PSVersionTable.PSVersion -lt [version]'7.3' -or
            $PSNativeCommandArgumentPassing -eq 'Legacy')) { $last = '""' }

    $lines = @(& $command __complete @words $last 2>$null)
    if ($lines.Count -eq 0 -or $lines[-1] -notmatch '^:(\\d+)$') { return }
    $directive = [int]$Matches[1]
    if (($directive -band 1) -ne 0) { return }

    $before = if ($wordToComplete -match '^(-[^=]*=)') { $Matches[1] } else { '' }
    $candidates = @($lines | Select-Object -SkipLast 1)
    foreach ($line in $candidates) {
        $value, $summary = $line -split "\`t", 2
        if (-not $summary) { $summary = $value }
        [System.Management.Automation.CompletionResult]::new("$before$value", $value, 'ParameterValue', $summary)
    }
    # Without any result, PowerShell would offer files.
    if ($candidates.Count -eq 0 -and ($directive -band 4) -ne 0) { '' }
}
`;
}

/** For zsh. The script works as a file `_program` in `$fpath`, and with `source`. */
function zshScript(program: string): string {
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
