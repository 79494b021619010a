namespace Mekiki.Cli.Terminal;

/// <summary>How texts look on a stream: with colours or without, with block characters or with ASCII alone.</summary>
/// <param name="IsColored">Whether escape sequences for colours are written.</param>
/// <param name="IsUnicode">Whether bars and curves are drawn with block characters.</param>
internal sealed record Style(bool IsColored, bool IsUnicode)
{
    private const int Utf8 = 65001;

    /// <summary>A file or a pipe.</summary>
    public static Style Plain { get; } = new(false, true);

    /// <summary>The part of a bar that is done.</summary>
    public char Done => IsUnicode ? '█' : '#';

    /// <summary>The part of a bar that is not done.</summary>
    public char Open => IsUnicode ? '░' : '-';

    /// <summary>Eight heights of a curve, the lowest first.</summary>
    public string Heights => IsUnicode ? "▁▂▃▄▅▆▇█" : "_.,-~+*#";

    /// <summary>The end of a text that was cut.</summary>
    public string Cut => IsUnicode ? "…" : ".";

    public string Bold(string text) => Painted("1", text);

    /// <summary>For mistakes.</summary>
    public string Red(string text) => Painted("31", text);

    /// <summary>For warnings.</summary>
    public string Yellow(string text) => Painted("33", text);

    /// <summary>For what went well.</summary>
    public string Green(string text) => Painted("32", text);

    private string Painted(string code, string text) => IsColored && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;

    /// <summary>Whether a stream has colours.</summary>
    /// <param name="mode">What the user asked for.</param>
    /// <param name="isTerminal">Whether a person looks at the stream.</param>
    /// <param name="variable">Looks up a variable of the environment.</param>
    public static bool HasColors(ColorMode mode, bool isTerminal, Func<string, string?> variable) => mode switch
    {
        ColorMode.Always => true,
        ColorMode.Never => false,
        _ => isTerminal && string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") != "dumb",
    };

    /// <summary>Whether a terminal shows block characters, one column each.</summary>
    /// <param name="isWindows">Whether the system is Windows, whose consoles have a code page; others have a locale.</param>
    /// <param name="codePage">The console's code page when the program began.</param>
    /// <param name="variable">Looks up a variable of the environment.</param>
    /// <remarks>
    /// POSIX.1-2017, section 8.2: of LC_ALL, LC_CTYPE and LANG the first counts that is not empty. The fonts of Windows'
    /// code pages lack the blocks, or have them two columns wide; Windows Terminal (WT_SESSION) has them.
    /// </remarks>
    public static bool HasBlocks(bool isWindows, int codePage, Func<string, string?> variable)
    {
        if (isWindows)
            return codePage == Utf8 || !string.IsNullOrEmpty(variable("WT_SESSION"));
        string locale = new[] { "LC_ALL", "LC_CTYPE", "LANG" }.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value)) ?? "";
        return locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase);
    }
}
