using System.Text;

namespace Mekiki.Cli.Tests;

/// <summary>Lines that a user types and what the program answers, as one text that is stored.</summary>
/// <remarks>What differs from run to run, such as the test's folder, is replaced by a word.</remarks>
internal sealed class Transcript
{
    private readonly StringBuilder text = new(), japanese = new();
    private readonly List<(string Found, string Word)> words = [];

    /// <summary>Shows <paramref name="word"/> wherever <paramref name="found"/> stands.</summary>
    public Transcript Replace(string found, string word)
    {
        words.Add((found, word));
        return this;
    }

    /// <summary>Runs a line after <c>mekiki</c>, and asserts its exit code.</summary>
    public TestHost Run(string line, int code = ExitCode.Mistake, string input = "", TimeProvider? clock = null)
    {
        var run = TestHost.New(input, clock: clock).Then(line);
        Assert.True(run.Code == code, $"mekiki {line}: expected exit code {code}, got {run.Code}: {run.Error}");
        if (code == ExitCode.Mistake)
            Assert.DoesNotContain("   at ", run.Error);
        text.Append($"$ mekiki {line}\n{run.Out}{run.Error}");
        text.Append(code == 0 ? "\n" : $"exit code {code}\n\n");
        if (run.Error.Length > 0)
            japanese.Append($"$ mekiki {line}\n{string.Join('\n', run.Error.Split('\n').Select(Language.Japanese.In))}\n");
        return run;
    }

    /// <summary>Asserts that all of it is the stored text.</summary>
    public void IsStored(string name)
    {
        Stored.Same(name, Replaced(text));
        // What it says on standard error, in Japanese.
        if (japanese.Length > 0)
            Stored.Same(name.Replace("messages/", "messages-ja/", StringComparison.Ordinal), Replaced(japanese));
    }

    private string Replaced(StringBuilder all)
    {
        foreach (var (found, word) in words)
            all.Replace(found, word);
        return all.ToString();
    }
}
