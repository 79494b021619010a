using System.Text;

namespace Mekiki.Cli.Hosting;

/// <summary>The process's standard input, or one that says that it is closed.</summary>
internal static class StandardInput
{
    /// <param name="isOpen">Whether the program was started with one.</param>
    public static TextReader Open(bool isOpen) => isOpen ? new StreamReader(Console.OpenStandardInput(), Encoding()) : new ClosedInput();

    /// <summary>How bytes are texts: UTF-8, but for pipes of Windows, into which other programs write in the console's code page.</summary>
    /// <param name="isWindows">Whether the system is Windows.</param>
    /// <param name="isPipe">Whether standard input is a pipe; a file is UTF-8.</param>
    /// <param name="console">The console's encoding.</param>
    internal static Encoding EncodingOf(bool isWindows, bool isPipe, Func<Encoding> console) => isWindows && isPipe ? console() : Utf8;

    private static Encoding Encoding() => EncodingOf(OperatingSystem.IsWindows(), OperatingSystem.IsWindows() && WindowsConsole.IsPipe(WindowsConsole.Input), () => Console.InputEncoding);

    private static Encoding Utf8 => System.Text.Encoding.UTF8;

    private sealed class ClosedInput : TextReader
    {
        public override int Read() => throw new MekikiException("Standard input: expected paths of images, one a line, got none: it is closed. Give it a file or a pipe, or name the images.");
    }
}
