using System.Text;

namespace Mekiki.Cli.Hosting;

/// <summary>The process's standard input, or one that says that it is closed.</summary>
internal static class StandardInput
{
    private const string Descriptors = "/proc/self/fd";

    public static TextReader Open() => IsClosed() ? new ClosedInput() : new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);

    // A program that is started without one (<&-) gives its number to the first thing that it opens: a pipe of the runtime's own, which
    // never ends. Of a pipe from elsewhere this process cannot write into the other end.
    private static bool IsClosed()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            string? input = new FileInfo(Path.Combine(Descriptors, "0")).LinkTarget;
            return input is null || (input.StartsWith("pipe:", StringComparison.Ordinal) && Directory.GetFiles(Descriptors).Any(path => new FileInfo(path).LinkTarget == input && IsWritable(Path.GetFileName(path))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // "flags:	01": the last two bits are 0 to read, 1 to write, 2 for both.
    private static bool IsWritable(string descriptor) =>
        File.ReadLines($"/proc/self/fdinfo/{descriptor}").FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal)) is { } flags && ((flags[^1] - '0') & 3) != 0;

    private sealed class ClosedInput : TextReader
    {
        public override int Read() => throw new MekikiException("Standard input: expected paths of images, one a line, got none: it is closed. Give it a file or a pipe, or name the images.");
    }
}
