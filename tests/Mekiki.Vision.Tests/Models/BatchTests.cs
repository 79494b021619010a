using Mekiki.Autograd;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

/// <summary>An image's scores are the same bits in a batch of any size: a service, which recognizes together what waits, answers as a program that asks for one image.</summary>
public class BatchTests
{
    // Of each kind of layer and size one; all of the catalogue take minutes.
    [Theory]
    [InlineData("mlp")]
    [InlineData("cnn")]
    [InlineData("kana-net")]
    [InlineData("plain20")]
    [InlineData("resnet20")]
    [InlineData("resnet18")]
    [InlineData("alexnet")]
    [InlineData("googlenet")]
    public void Scores_DoNotDependOnTheBatch(string name)
    {
        var entry = Catalogue.Find(name);
        var input = entry.DefaultInput;
        var network = entry.Create(input, 5);
        network.Eval();
        int[] sizes = input.Height > 48 ? [1, 3, 8] : [1, 2, 3, 5, 7, 8, 13, 33];
        var generator = new Generator(7);
        // Of a fresh network they are 0, and then the order in which they are added shows in no bit.
        foreach (var (_, bias) in network.NamedParameters().Where(p => p.Name.EndsWith("bias", StringComparison.Ordinal)))
            bias.CopyFrom([.. Enumerable.Range(0, (int)bias.Count).Select(_ => generator.NextSingle() - 0.5f)]);
        var all = new float[sizes.Max() * input.Length];
        for (int i = 0; i < all.Length; i++)
            all[i] = generator.NextSingle() * 2 - 1;
        float[][] scores = [.. sizes.Select(Scores)];
        foreach (float[] some in scores)
            Assert.Equal(scores[^1][..some.Length], some);

        float[] Scores(int count)
        {
            using var pause = Gradients.Off();
            using var evaluation = EvaluationMode.On();
            return network[Tensor.From(all.AsSpan(0, count * input.Length), [count, input.Channels, input.Height, input.Width])].ToArray();
        }
    }
}
