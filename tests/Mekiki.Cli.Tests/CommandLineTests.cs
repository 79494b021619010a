using System.Runtime.CompilerServices;

namespace Mekiki.Cli.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("docter", "Unknown command 'docter'. Did you mean 'doctor'?\n`mekiki --help` shows what is expected.")]
    [InlineData("--bogus", "Unknown option '--bogus'.\n`mekiki --help` shows what is expected.")]
    [InlineData("doctor x y", "Unexpected 'x'. Put a text with spaces in quotes.\nUnexpected 'y'. Put a text with spaces in quotes.\n`mekiki doctor --help` shows what is expected.")]
    [InlineData("doctor --jsn=1", "Unknown option '--jsn'. Did you mean '--json'?\n`mekiki doctor --help` shows what is expected.")]
    public void WrongLine_SaysAllThatIsWrong(string line, string message) => Assert.Equal(message, TestHost.Run(line).Mistake());

    [Fact]
    public void ThreadThatCannotStart_IsLackOfMemory_WithItsCause()
    {
        using var folder = new TemporaryFolder();
        string message = TestHost.New(clock: new NoThreads()).Then(["train", "--data", Pictures.Folder(folder), "--out", Path.Combine(folder.Path, "run")]).Mistake();
        Assert.Matches("^Memory: expected enough to start another thread, got: .+ Use fewer threads \\(--threads\\), or raise the limit of memory or threads \\(ulimit, the container's\\)\\.$", message);
    }

    // What the runtime throws cannot be made by others.
    private sealed class NoThreads : TimeProvider
    {
        public override long GetTimestamp() => throw (Exception)RuntimeHelpers.GetUninitializedObject(typeof(ThreadStartException));
    }

    [Fact]
    public void Doctor_SaysWhatThereIs()
    {
        var run = TestHost.Run("doctor");
        Assert.Equal(0, run.Code);
        Assert.Contains($"threads    {Environment.ProcessorCount}\n", run.Out);
        Assert.EndsWith("\nAll is well.\n", run.Out);
    }
}
