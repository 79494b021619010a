using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Mekiki.Vision.Tests;

/// <summary>What this library may use of the engine and the language: tensors and spans, no pointers, and nothing behind the tensors.</summary>
public partial class ArchitectureTests
{
    // Files that still wait, each with its reason. No file may join.
    private static readonly string[] pointers =
    [
        "Data/PixelBlock.cs",               // one expression: more than 2 GB, or a mapped file, without a copy
    ];

    private static readonly string[] engine = [];

    [Fact]
    public void Sources_HoldNoPointers() => Assert.Equal(pointers, FilesWith(Pointers()));

    [Fact]
    public void Sources_UseNothingBehindTheTensors() => Assert.Equal(engine, FilesWith(Engine()));

    [Theory]
    [InlineData("internal unsafe class X", true)]
    [InlineData("    fixed (byte* p = bytes)", true)]
    [InlineData("/// <summary>The one unsafe line.</summary>", false)]
    [InlineData("// unsafe", false)]
    [InlineData("private readonly int fixedB;", false)]
    public void Pointers_AreFoundInCode(string line, bool isFound) => Assert.Equal(isFound, Pointers().IsMatch(line));

    [Theory]
    [InlineData("using Mekiki.Backends.Cpu.Simd;", true)]
    [InlineData("    y = Backends.Layout.ChannelsLast;", true)]
    [InlineData("using Mekiki.Operations;", true)]
    [InlineData("x.Pointer", true)]
    [InlineData("using Mekiki.Autograd;", false)]
    [InlineData("pointer", false)]
    public void WhatLiesBehindTheTensors_IsFoundInCode(string line, bool isFound) => Assert.Equal(isFound, Engine().IsMatch(line));

    private static string[] FilesWith(Regex pattern)
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../src/Mekiki.Vision"));
        string[] all = [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'))
            .Where(f => !f.StartsWith("obj/") && !f.StartsWith("bin/"))
            .Order(StringComparer.Ordinal)];
        Assert.NotEmpty(all);
        return [.. all.Where(f => File.ReadLines(Path.Combine(root, f)).Any(l => pattern.IsMatch(l)))];
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^(?!\s*//).*(\bunsafe\b|\bfixed \()")]
    private static partial Regex Pointers();

    [GeneratedRegex(@"^(?!\s*//).*(\bBackends\.|\bMekiki\.Operations\b|\.Pointer\b)")]
    private static partial Regex Engine();
}
