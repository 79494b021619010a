using System.Text;

namespace Mekiki.Cli.Hosting;

/// <summary>The process's standard input, or one that says that it is closed.</summary>
internal static class StandardInput
{
    /// <param name="isOpen">Whether the program was started with one.</param>
    public static TextReader Open(bool isOpen) => isOpen ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : new ClosedInput();

    private sealed class ClosedInput : TextReader
    {
        public override int Read() => throw new MekikiException("Standard input: expected paths of images, one a line, got none: it is closed. Give it a file or a pipe, or name the images.");
    }
}
