using System.Text;

namespace Mekiki.Cli.Hosting;

/// <summary>What a command sees of the world around it; tests give their own.</summary>
internal sealed class Host
{
    /// <summary>Results, and nothing else.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Progress and messages.</summary>
    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    /// <summary>Whether a person looks at <see cref="Out"/>.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether a person looks at <see cref="Error"/>.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = 100;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public required Interrupt Interrupt { get; init; }

    /// <summary>Says something on standard error, a line.</summary>
    public void Say(string message) => Error.WriteLine(message);

    /// <summary>The real one.</summary>
    public static Host OfProcess()
    {
        var open = StandardDescriptors.Take();
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = Encoding.UTF8;
        var error = Writer(open.Error ? new LossyStream(Console.OpenStandardError()) : Stream.Null, autoFlush: true);
        return new Host
        {
            Out = Writer(open.Out ? StandardOutput.Open() : new ClosedStream(), autoFlush: !Console.IsOutputRedirected),
            Error = error,
            In = StandardInput.Open(open.In),
            OutIsTerminal = open.Out && !Console.IsOutputRedirected,
            ErrorIsTerminal = open.Error && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb",
            Width = TerminalWidth(),
            Interrupt = Interrupt.OfProcess(error),
        };
    }

    private static StreamWriter Writer(Stream stream, bool autoFlush) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = autoFlush };

    private static int TerminalWidth()
    {
        try
        {
            return Console.IsErrorRedirected && Console.IsOutputRedirected ? 100 : Math.Clamp(Console.WindowWidth, 40, 400);
        }
        catch (IOException)
        {
            return 100;
        }
    }
}
