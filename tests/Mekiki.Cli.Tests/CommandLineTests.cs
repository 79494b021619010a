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

    [Theory]
    [InlineData("predict|model.safetensors|", "IMAGE: expected a text, got an empty one.\n`mekiki predict --help` shows what is expected.")]
    [InlineData("predict||x.png", "MODEL: expected a text, got an empty one.\n`mekiki predict --help` shows what is expected.")]
    [InlineData("data|check|", "DATA: expected a text, got an empty one.\n`mekiki data check --help` shows what is expected.")]
    public void EmptyWord_IsNamed(string words, string message) => Assert.Equal(message, TestHost.Run(words.Split('|')).Mistake());

    [Theory]
    [InlineData("Max address space         1536000000           unlimited            bytes     ", "Memory: expected an address space of 2,048 MiB or more, got 1,464 MiB (ulimit -v). If the program ends with \"Out of memory.\", raise this limit.")]
    [InlineData("Max address space         unlimited            unlimited            bytes     ", null)]
    [InlineData("Max address space         4294967296           unlimited            bytes     ", null)]
    [InlineData("Max cpu time              10                   unlimited            seconds   ", null)]
    public void AddressSpace_IsNamedWhereItIsSmall(string line, string? message) => Assert.Equal(message, AddressSpace.Warning(["Limit                     Soft Limit           Hard Limit           Units     ", line]));

    [Fact]
    public void StandardInput_IsUtf8_ButForPipesOfWindows()
    {
        var console = System.Text.Encoding.Latin1;
        Assert.Same(console, StandardInput.EncodingOf(isWindows: true, isPipe: true, () => console));
        Assert.Equal("utf-8", StandardInput.EncodingOf(isWindows: true, isPipe: false, () => console).WebName);
        Assert.Equal("utf-8", StandardInput.EncodingOf(isWindows: false, isPipe: true, () => console).WebName);
    }

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
