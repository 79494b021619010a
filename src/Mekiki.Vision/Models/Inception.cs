using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Four ways through a stage of GoogLeNet, side by side: 1x1, 3x3, larger, and a maximum.</summary>
/// <remarks>Szegedy et al. 2014, arXiv:1409.4842, figure 2b. Differs from the paper: the third way is 3x3 instead of 5x5 (as torchvision does it).</remarks>
internal sealed class Inception : Module
{
    private readonly ConvNormRelu branch1;
    private readonly Sequential branch2, branch3, branch4;

    public Inception(int channels, int ones, int reduce3, int threes, int reduce5, int fives, int pooled)
    {
        branch1 = Child("branch1", new ConvNormRelu(channels, ones, kernelSize: 1));
        branch2 = Child("branch2", new Sequential(new ConvNormRelu(channels, reduce3, kernelSize: 1), new ConvNormRelu(reduce3, threes, kernelSize: 3, padding: 1)));
        branch3 = Child("branch3", new Sequential(new ConvNormRelu(channels, reduce5, kernelSize: 1), new ConvNormRelu(reduce5, fives, kernelSize: 3, padding: 1)));
        branch4 = Child("branch4", new Sequential(new MaxPool2d(3, stride: 1, padding: 1, ceilMode: true), new ConvNormRelu(channels, pooled, kernelSize: 1)));
    }

    /// <inheritdoc/>
    public override bool KeepsNothing => true;

    /// <param name="x">(N, C, H, W).</param>
    /// <returns>(N, ones + threes + fives + pooled, H, W).</returns>
    public override Tensor Forward(Tensor x) => Tensor.Concatenate(1, branch1[x], branch2[x], branch3[x], branch4[x]);
}
