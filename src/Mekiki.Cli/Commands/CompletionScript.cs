namespace Mekiki.Cli.Commands;

/// <summary>A script for a shell, which hands the words of the line to the program and offers what it answers.</summary>
/// <param name="Shell">The shell's name.</param>
/// <param name="Use">How a user loads it, in a sentence.</param>
/// <param name="Text">The script.</param>
internal sealed record CompletionScript(string Shell, string Use, string Text)
{
    /// <summary>The first word of a call by a script: the words up to the cursor follow, the last of them unfinished.</summary>
    public const string Request = "[complete]";

    /// <summary>The same, where the cursor stands after a space: all words are finished. Some shells drop empty words.</summary>
    public const string RequestNext = "[complete-next]";

    /// <summary>A line of the answer: the shell offers files too.</summary>
    public const string Files = ":files";

    /// <summary>All of them; a new one is a row here.</summary>
    public static IReadOnlyList<CompletionScript> All { get; } =
    [
        new("bash", "For bash 4 and later: add the line eval \"$(mekiki completion bash)\" to ~/.bashrc.", Bash),
        new("zsh", "For zsh: add the line eval \"$(mekiki completion zsh)\" to ~/.zshrc, after compinit.", Zsh),
        new("fish", "For fish: add the line mekiki completion fish | source to ~/.config/fish/config.fish.", Fish),
        new("pwsh", "For PowerShell: add the line mekiki completion pwsh | Out-String | Invoke-Expression to the file $PROFILE.", PowerShell),
    ];

    /// <summary>The script for a shell.</summary>
    /// <exception cref="MekikiException">There is none.</exception>
    public static CompletionScript Find(string shell) =>
        All.FirstOrDefault(s => string.Equals(s.Shell, shell, StringComparison.OrdinalIgnoreCase))
        ?? throw new MekikiException($"SHELL: expected one of {string.Join(", ", All.Select(s => s.Shell))}, got '{shell}'.{Suggestion.Sentence(shell, All.Select(s => s.Shell))}");

    // Bash splits --name=value at the sign, and shows words only: what they mean is cut off.
    private const string Bash = $$"""
        _mekiki() {
            local program=${COMP_WORDS[0]/#\~\//$HOME/} word=${COMP_WORDS[COMP_CWORD]} line
            [[ $word == '=' ]] && word=
            COMPREPLY=()
            while IFS= read -r line; do
                line=${line%$'\r'}
                if [[ $line == '{{Files}}' ]]; then
                    compopt -o filenames
                    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
                else
                    COMPREPLY+=("${line%%$'\t'*}")
                fi
            done < <("$program" '{{Request}}' "${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
        }
        complete -F _mekiki mekiki

        """;

    private const string Zsh = $$"""
        _mekiki() {
            local line word about files=
            local -a values
            for line in "${(@f)$("${(Q)words[1]/#\~\//$HOME/}" '{{Request}}' "${(@Q)words[2,CURRENT]}" 2> /dev/null)}"; do
                if [[ $line == '{{Files}}' ]]; then
                    files=1
                elif [[ -n $line ]]; then
                    word=${line%%$'\t'*} about=
                    [[ $line == *$'\t'* ]] && about=":${line#*$'\t'}"
                    values+=("${word//:/\\:}$about")
                fi
            done
            (( $#values )) && _describe 'mekiki' values
            [[ -n $files ]] && _files
        }
        compdef _mekiki mekiki

        """;

    private const string Fish = $$"""
        function __mekiki_complete
            set -l words (commandline -opc)
            set -l word (commandline -ct)
            for line in ($words[1] '{{Request}}' $words[2..-1] $word 2> /dev/null)
                if test "$line" = '{{Files}}'
                    __fish_complete_path $word
                else
                    echo $line
                end
            end
        end
        complete -c mekiki -f -a '(__mekiki_complete)'

        """;

    // Older versions drop empty words, so an empty one at the cursor is told by the request.
    private const string PowerShell = $$"""
        Register-ArgumentCompleter -Native -CommandName mekiki -ScriptBlock {
            param($word, $line, $cursor)
            $elements = @($line.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursor } | ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
            $request = if ($word -eq '') { '{{RequestNext}}' } else { '{{Request}}' }
            $words = @($elements | Select-Object -Skip 1)
            & $elements[0] $request @words 2> $null | ForEach-Object {
                if ($_ -eq '{{Files}}') {
                    [System.Management.Automation.CompletionCompleters]::CompleteFilename($word)
                } else {
                    $name, $about = $_ -split "`t", 2
                    [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $(if ($about) { $about } else { $name }))
                }
            }
        }

        """;
}
