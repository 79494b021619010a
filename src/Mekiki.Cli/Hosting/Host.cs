using System.Text;
using Mekiki.Distributed;

namespace Mekiki.Cli.Hosting;

/// <summary>What a command sees of the world around it; tests give their own.</summary>
internal sealed class Host
{
    private const int UsualWidth = 100;

    /// <summary>Results, and nothing else.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Progress and messages.</summary>
    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    /// <summary>Whether a person looks at <see cref="Out"/>.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether a person looks at <see cref="Error"/>.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Tells the columns of the terminal, which change when its window does.</summary>
    public Func<int> WidthNow { get; init; } = static () => UsualWidth;

    /// <summary>Columns of the terminal.</summary>
    public int Width => WidthNow();

    /// <summary>Whether the terminal shows block characters.</summary>
    public bool HasBlocks { get; init; } = true;

    /// <summary>Looks up a variable of the environment.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public required Interrupt Interrupt { get; init; }

    /// <summary>The language that the user asked for; null: none.</summary>
    public Language? AskedLanguage
    {
        get => field ??= Language.Of(Variable(Language.Name));
        set;
    }

    /// <summary>The language of help and messages; what programs read has none.</summary>
    public Language Language => AskedLanguage ?? Language.English;

    /// <summary>How texts look on <see cref="Out"/>.</summary>
    public Style OutStyle { get; private set; } = Style.Plain;

    /// <summary>How texts look on <see cref="Error"/>.</summary>
    public Style ErrorStyle { get; private set; } = Style.Plain;

    /// <summary>Held by whoever writes to <see cref="Error"/>, so that messages and progress do not mix.</summary>
    public Lock ErrorGate { get; } = new();

    /// <summary>Takes the progress off the terminal, before a message is written; null: none is shown.</summary>
    public Action? HideProgress { get; set; }

    /// <summary>When a sign of life is due in a standard error that nobody looks at.</summary>
    public Heartbeat Heartbeat => field ??= new Heartbeat(Clock);

    /// <summary>Says whether texts are coloured.</summary>
    public void SetColors(ColorMode mode)
    {
        OutStyle = new(Style.HasColors(mode, OutIsTerminal, Variable), HasBlocks);
        ErrorStyle = new(Style.HasColors(mode, ErrorIsTerminal, Variable), HasBlocks);
    }

    /// <summary>Says something on standard error, a line, or several on a narrow terminal.</summary>
    public void Say(string message) => Say(Language.In(message), static (_, line) => line);

    /// <summary>Says what is wrong.</summary>
    public void SayMistake(string message) => Say(Language.In(message), static (style, line) => style.Red(line));

    /// <summary>Says where a bug is, for those who write the program.</summary>
    public void SayTrace(string trace) => Say(trace, static (style, line) => style.Red(line));

    /// <summary>Says what may be wrong.</summary>
    public void SayWarning(string message) => Say(Language.In(message), static (style, line) => style.Yellow(line));

    /// <summary>Says what the user may do next, if a person looks.</summary>
    public void SayNext(string message)
    {
        if (!ErrorIsTerminal)
            return;
        Out.Flush();
        Say($"Next: {message}");
    }

    /// <summary>Writes a sentence of the result in the user's language.</summary>
    public void Tell(string text) => Out.WriteLine(Wrapped(Language.In(text), 0));

    /// <summary>A text as it stands on standard output's terminal; anywhere else no line is broken.</summary>
    /// <param name="text">The text, in this language already.</param>
    /// <param name="indent">Columns before every line but the first, which begins there too.</param>
    public string Wrapped(string text, int indent) => OutIsTerminal ? TextWrap.Of(text, Width, indent, isJapanese: Language.IsTranslated) : text;

    /// <summary>Takes the progress off the terminal.</summary>
    public void Leave()
    {
        lock (ErrorGate)
            HideProgress?.Invoke();
    }

    private void Say(string message, Func<Style, string, string> paint)
    {
        string text = ErrorIsTerminal ? TextWrap.Message(message, Width, Language.IsTranslated) : message;
        lock (ErrorGate)
        {
            HideProgress?.Invoke();
            foreach (string line in text.Split('\n'))
                Error.WriteLine(paint(ErrorStyle, PrintedName.Of(line)));
        }
    }

    /// <summary>One to whom nothing is shown: of a process that works beside another one, which shows all.</summary>
    public static Host Silent() => new()
    {
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        In = TextReader.Null,
        Interrupt = Interrupt.OfProcess(static _ => { }, static () => { }),
    };

    /// <summary>The real one.</summary>
    public static Host OfProcess()
    {
        var open = StandardDescriptors.Take();
        bool hasBlocks = Style.HasBlocks(OperatingSystem.IsWindows(), OperatingSystem.IsWindows() ? Console.OutputEncoding.CodePage : 0, Environment.GetEnvironmentVariable);
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = Encoding.UTF8;
        var error = Writer(open.Error ? new LossyStream(Console.OpenStandardError()) : Stream.Null, autoFlush: true);
        bool outTakesEscapes = !OperatingSystem.IsWindows() || WindowsConsole.TakesEscapeSequences(WindowsConsole.Output);
        bool errorTakesEscapes = !OperatingSystem.IsWindows() || WindowsConsole.TakesEscapeSequences(WindowsConsole.Error);
        // What mpirun shows a rank as a terminal is none: escape sequences, the runtime's own too, would stand among the results.
        bool isRank = MpiRanks.IsStarted;
        if (isRank)
            Environment.SetEnvironmentVariable("TERM", null);
        Host? host = null;
        host = new Host
        {
            Out = Writer(open.Out ? StandardOutput.Open() : new ClosedStream(), autoFlush: !Console.IsOutputRedirected),
            Error = error,
            In = StandardInput.Open(open.In),
            OutIsTerminal = open.Out && !isRank && !Console.IsOutputRedirected && outTakesEscapes,
            ErrorIsTerminal = open.Error && !isRank && !Console.IsErrorRedirected && errorTakesEscapes && Environment.GetEnvironmentVariable("TERM") != "dumb",
            WidthNow = isRank ? static () => UsualWidth : TerminalWidth,
            HasBlocks = hasBlocks,
            Interrupt = Interrupt.OfProcess(message => host!.Say(message), () => host!.Leave()),
        };
        host.SetColors(ColorMode.Auto);
        return host;
    }

    private static StreamWriter Writer(Stream stream, bool autoFlush) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = autoFlush };

    private static int TerminalWidth()
    {
        const int Least = 20, Most = 400;
        try
        {
            return Console.IsErrorRedirected && Console.IsOutputRedirected || Console.WindowWidth is not (> 0 and var width) ? UsualWidth : Math.Clamp(width, Least, Most);
        }
        catch (IOException)
        {
            return UsualWidth;
        }
    }
}
