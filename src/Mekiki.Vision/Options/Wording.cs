using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mekiki.Vision.Options;

/// <summary>A message in both forms, for programs and for the command line; they differ where a <see cref="Term"/> stands.</summary>
/// <remarks><c>throw Wording.Exception($"{term}: expected 1 or more, got {value}.");</c> Numbers are written in the same way everywhere.</remarks>
[InterpolatedStringHandler]
internal ref struct Wording
{
    private DefaultInterpolatedStringHandler library, commandLine;

    public Wording(int literalLength, int formattedCount)
    {
        library = new(literalLength, formattedCount, CultureInfo.InvariantCulture);
        commandLine = new(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    /// <summary>The exception with both messages.</summary>
    public static MekikiException Exception(Wording message, Exception? cause = null) =>
        new(message.library.ToStringAndClear(), message.commandLine.ToStringAndClear(), cause);

    public void AppendLiteral(string text)
    {
        library.AppendLiteral(text);
        commandLine.AppendLiteral(text);
    }

    public void AppendFormatted(Term term)
    {
        library.AppendLiteral(term.InLibrary);
        commandLine.AppendLiteral(term.InCommandLine);
    }

    public void AppendFormatted<T>(T value, string? format = null)
    {
        library.AppendFormatted(value, format);
        commandLine.AppendFormatted(value, format);
    }
}
