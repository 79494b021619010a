using System.Text.RegularExpressions;

namespace Mekiki.Architecture.Tests;

/// <summary>What compiled code does not show: pointers, which need the word <c>unsafe</c>, and elements that an operation reads.</summary>
public partial class SourceTests
{
    // Each with its reason. No file may join.
    private static readonly string[] pointers =
    [
        "Mekiki.Cli/WiderImage.cs",             // execve
        "Mekiki.Distributed/Mpi.cs",            // a C library
        "Mekiki.Vision/Data/PixelBlock.cs",     // one expression: more than 2 GB, or a mapped file, without a copy
        "Mekiki/TensorBuffer.cs",               // a buffer hands its memory to the processor's storage, and must say where it lies
    ];

    [Fact]
    public void Pointers_StandBehindTheBorderAndInFiles()
    {
        string[] found = [.. Sources.Files().Where(f => !Sources.FolderOf(f.Path).StartsWith("Mekiki/Backends/Cpu", StringComparison.Ordinal) && Sources.FolderOf(f.Path) != "Mekiki/Files" && f.Lines.Any(Unsafe().IsMatch)).Select(f => f.Path)];
        Rule.Holds("Pointers stand behind the border and in Files.", found.Except(pointers));
        Rule.Holds("Exceptions hold pointers; one that holds none leaves the list.", pointers.Except(found));
    }

    // Where a Linux has no OpenSSL, as in small containers, .NET ends the process at the first digest or random number of its cryptography, also of one
    // that a reader of JSON draws to look for names that come twice.
    [Fact]
    public void OpenSsl_IsNeededNowhere()
    {
        string[] found = [.. Sources.Files().Where(f => f.Lines.Any(NeedsOpenSsl().IsMatch)).Select(f => f.Path)];
        Rule.Holds("Nothing needs OpenSSL but what looks for it first; digests are Sha256Hash's.", found.Except(["Shared/Files/Sha256Hash.cs", "Mekiki.Workbench/Checks/NativeLibrary.cs"]));
        Assert.Contains("Shared/Files/Sha256Hash.cs", found);
    }

    // Shapes, sizes, labels and indices are theirs (`Integers` are checked indices, a result's `Values` a part of it); elements are the backend's.
    [Fact]
    public void Operations_ReadNoElements()
    {
        var operations = Sources.Files().Where(f => Sources.FolderOf(f.Path) == "Mekiki/Operations").ToArray();
        Assert.NotEmpty(operations);
        Rule.Holds("Operations read no elements.", operations.SelectMany(f => f.Lines.SelectMany(l => Elements().Matches(l)).Select(m => $"{f.Path}: {m.Value}")));
    }

    [Theory]
    [InlineData("internal unsafe class X", true)]
    [InlineData("    fixed (byte* p = bytes)", true)]
    [InlineData("    byte* p = stackalloc byte[4];", false)]    // only where the class or a block is unsafe
    [InlineData("private readonly int fixedB;", false)]
    public void Pointers_AreFoundInCode(string line, bool isFound) => Assert.Equal(isFound, Unsafe().IsMatch(line));

    [Theory]
    [InlineData("float[] values = x.ToArray();", true)]
    [InlineData("double y = x.Item();", true)]
    [InlineData("ReadOnlySpan<float> row", true)]
    [InlineData("int[] sizes", false)]
    public void Elements_AreFoundInCode(string line, bool isFound) => Assert.Equal(isFound, Elements().IsMatch(line));

    [GeneratedRegex(@"System\.Security\.Cryptography|\bRandomNumberGenerator\b|^[^/]*\bAllowDuplicateProperties\b")]
    private static partial Regex NeedsOpenSsl();

    [GeneratedRegex(@"\bunsafe\b|\bfixed \(")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"Span<float>|float\[\]|\.Item\(|\bDownload\b|\.ItemOf\b")]
    private static partial Regex Elements();
}
