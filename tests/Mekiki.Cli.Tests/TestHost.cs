namespace Mekiki.Cli.Tests;

/// <summary>Runs the command line in the test's own process, and keeps what it said.</summary>
internal sealed class TestHost
{
    private readonly StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };

    private TestHost(string input, bool terminal, TimeProvider clock, int width)
    {
        Host = new Host
        {
            Out = output,
            Error = error,
            In = new StringReader(input),
            OutIsTerminal = terminal,
            ErrorIsTerminal = terminal,
            Width = width,
            Clock = clock,
            Interrupt = new Interrupt(error, press => Press = press, () => Stopped = true),
        };
    }

    public Host Host { get; }

    /// <summary>Ctrl-C; null until a command listens.</summary>
    public Action? Press { get; private set; }

    /// <summary>Whether a second Ctrl-C ended the process.</summary>
    public bool Stopped { get; private set; }

    public int Code { get; private set; }

    public string Out => output.ToString();

    public string Error => error.ToString();

    /// <summary>A host that has run nothing yet.</summary>
    public static TestHost New(string input = "", bool terminal = false, TimeProvider? clock = null, int width = 100) =>
        new(input, terminal, clock ?? TimeProvider.System, width);

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
}
