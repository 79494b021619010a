using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>A network that tells what its last layer decides by: a vector for each image, in which similar images lie near each other.</summary>
public interface IHasFeatures
{
    /// <summary>What the last layer takes. To be called as <c>network.Call(x, network.Features)</c>.</summary>
    /// <param name="x">Images, (N, C, H, W), float32, as for <see cref="Module.Forward"/>.</param>
    /// <returns>(N, D), float32.</returns>
    Tensor Features(Tensor x);
}

/// <summary>Parts of networks whose last layer stands in a <see cref="Sequential"/>.</summary>
internal static class Heads
{
    /// <summary>What the last module of <paramref name="head"/> takes.</summary>
    public static Tensor ApplyAllButLast(this Sequential head, Tensor x)
    {
        for (int i = 0; i < head.Children.Count - 1; i++)
            x = head.Children[i].Module[x];
        return x;
    }
}
