namespace Mekiki.Cli.Terminal;

/// <summary>When texts are coloured.</summary>
internal enum ColorMode
{
    /// <summary>On a terminal, unless NO_COLOR is set or TERM is dumb.</summary>
    Auto,

    Always,

    Never,
}
