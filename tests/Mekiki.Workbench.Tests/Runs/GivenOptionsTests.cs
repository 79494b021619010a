using System.Text.Json;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

public sealed class GivenOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("{\"a\": 1, \"b\": {\"a\": 2}, \"c\": [{\"a\": 3}, {\"a\": 4}]}", null)]
    [InlineData("{\"a\": 1, \"b\": 2, \"a\": 1}", "the name 'a' twice.")]
    [InlineData("{\"b\": {\"c\": 1, \"\\u0063\": 2}}", "the name 'c' twice.")]
    [InlineData("[1]", "no JSON object.")]
    [InlineData("{\"a\": \"\\ud800\"}", "half a surrogate pair at byte 6, which is no text.")]
    public void Read_RefusesNamesThatComeTwice_AndWhatIsNoObject(string text, string? problem)
    {
        File.WriteAllText(folder["x.json"], text);
        Assert.Equal(problem, Record.Exception(() => GivenOptions.Read(folder["x.json"])) is { } e ? Assert.IsType<JsonException>(e).Message : null);
    }
}
