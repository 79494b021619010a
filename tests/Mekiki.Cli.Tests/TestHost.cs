using System.Text.RegularExpressions;

namespace Mekiki.Cli.Tests;

/// <summary>Runs the command line in the test's own process, and keeps what it said.</summary>
internal sealed class TestHost
{
    private readonly StringWriter output = new() { NewLine = "\n" }, error;

    private TestHost(string input, bool terminal, TimeProvider clock, int width, string? pressAt)
    {
        Width = width;
        error = new WatchedWriter(pressAt, () => Press!()) { NewLine = "\n" };
        Host = new Host
        {
            Out = output,
            Error = error,
            In = new StringReader(input),
            OutIsTerminal = terminal,
            ErrorIsTerminal = terminal,
            WidthNow = () => Width,
            Variable = name => name == "NO_COLOR" ? "1" : null,
            Clock = clock,
            Interrupt = new Interrupt(message => Host!.Say(message), Listen, () => Stopped = true),
        };

        void Listen(Action press)
        {
            Press = press;
            if (pressAt == AtOnce)
                press();
        }
    }

    /// <summary>For <c>pressAt</c>: as soon as the command listens.</summary>
    public const string AtOnce = "";

    public Host Host { get; }

    /// <summary>Columns of the terminal, which a test may change while a command runs.</summary>
    public int Width { get; set; }

    /// <summary>Ctrl-C; null until a command listens.</summary>
    public Action? Press { get; private set; }

    /// <summary>Whether a second Ctrl-C ended the process.</summary>
    public bool Stopped { get; private set; }

    public int Code { get; private set; }

    public string Out => output.ToString();

    public string Error => error.ToString();

    /// <summary>A host that has run nothing yet.</summary>
    /// <param name="input">What is typed.</param>
    /// <param name="terminal">Whether a person looks.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <param name="width">Columns.</param>
    /// <param name="pressAt">Ctrl-C is pressed once, when a text that matches this is written to standard error; or <see cref="AtOnce"/>. Null: never.</param>
    public static TestHost New(string input = "", bool terminal = false, TimeProvider? clock = null, int width = 100, string? pressAt = null) =>
        new(input, terminal, clock ?? TimeProvider.System, width, pressAt);

    /// <summary>Runs one line, split at spaces; quotes hold words together.</summary>
    public static TestHost Run(string line, string input = "", bool terminal = false) => New(input, terminal).Then(line);

    /// <summary>Runs a line with the given words.</summary>
    public static TestHost Run(params string[] args) => New().Then(args);

    public TestHost Then(string line) => Then([.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line)]);

    public TestHost Then(string[] args)
    {
        Code = CommandLine.Run(args, Host);
        return this;
    }

    /// <summary>Asserts a mistake of the user's: code 2, nothing on standard output, no trace; and gives the message.</summary>
    public string Mistake()
    {
        Assert.True(Code == ExitCode.Mistake, $"expected exit code 2, got {Code}: {Error}");
        Assert.DoesNotContain("   at ", Error);
        return Error.TrimEnd('\n');
    }

    /// <summary>Does something once, when a text that matches is written.</summary>
    private sealed class WatchedWriter(string? awaited, Action act) : StringWriter
    {
        private bool seen = awaited is null or AtOnce;

        public override void Write(string? value)
        {
            base.Write(value);
            if (seen || value is null || !Regex.IsMatch(value, awaited!))
                return;
            seen = true;
            act();
        }
    }
}
