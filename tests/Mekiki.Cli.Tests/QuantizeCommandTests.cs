using System.Text.Json;

namespace Mekiki.Cli.Tests;

/// <summary>Models that compute with 8 bits, by the command line.</summary>
public sealed class QuantizeCommandTests
{
    [Fact]
    public void Quantize_BuiltInRecognizer_WritesAModelThatTestsAlike()
    {
        using var folder = new TemporaryFolder();
        string file = folder["small.safetensors"];
        var result = TestHost.Run("quantize", "hiragana", "--data", "kana", "--images", "64", "--out", file, "--json");
        Assert.Equal(0, result.Code);
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(7, json.GetProperty("layers").GetInt32());
        Assert.Equal("", json.GetProperty("kept").GetString());
        double before = json.GetProperty("accuracy_before").GetDouble(), after = json.GetProperty("accuracy_after").GetDouble();
        Assert.InRange(after, before - 0.005, 1);
        Assert.InRange(json.GetProperty("bytes_after").GetInt64(), 1_000_000, 1_600_000);
        var test = JsonDocument.Parse(TestHost.Run("test", file, "--data", "kana", "--json").Out).RootElement;
        Assert.Equal(after, test.GetProperty("accuracy").GetDouble(), 1e-5);
        Assert.Contains("quantized already", TestHost.Run("quantize", file, "--data", "kana", "--out", folder["again.safetensors"]).Mistake(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--out: expected a file to write, got none.", "hiragana")]
    [InlineData("--keep: expected first, last, or first,last, got 'middle'.", "hiragana", "--out", "x.safetensors", "--keep", "first,middle")]
    public void Quantize_WrongOptions_SayWhatTheyExpect(string message, params string[] arguments) =>
        Assert.StartsWith(message, TestHost.Run(["quantize", .. arguments]).Mistake(), StringComparison.Ordinal);
}
