/** For fish from 3.0 on. */
export function fishScript(program: string): string {
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
