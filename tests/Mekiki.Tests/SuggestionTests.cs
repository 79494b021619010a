namespace Mekiki.Tests;

public class SuggestionTests
{
    private static readonly string[] names = ["resnet18", "resnet34", "alexnet", "cnn", "mlp"];

    [Theory]
    [InlineData("resnet-18", "resnet18")]
    [InlineData("ResNet34", "resnet34")]
    [InlineData("alexent", "alexnet")]
    [InlineData("cn", "cnn")]
    [InlineData("transformer", null)]
    [InlineData("", null)]
    public void For_FindsTheNearestNameOrNone(string typed, string? expected) =>
        Assert.Equal(expected, Suggestion.For(typed, names));

    [Fact]
    public void Sentence_IsEmptyWhenNothingIsNear()
    {
        Assert.Equal(" Did you mean 'mlp'?", Suggestion.Sentence("mpl", names));
        Assert.Equal("", Suggestion.Sentence("transformer", names));
    }
}
