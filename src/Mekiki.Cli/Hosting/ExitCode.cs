namespace Mekiki.Cli.Hosting;

/// <summary>What the program answers to the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A bug of ours; its trace is printed.</summary>
    public const int Bug = 1;

    /// <summary>The user's mistake; one message, no trace.</summary>
    public const int Mistake = 2;

    /// <summary>Interrupted, with everything saved.</summary>
    public const int Interrupted = 130;
}
