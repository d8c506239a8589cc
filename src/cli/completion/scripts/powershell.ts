/** For Windows PowerShell 5.1 and PowerShell 7; before 7.3, an empty argument reaches a program only as two quotes. */
export function powershellScript(program: string): string {
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
