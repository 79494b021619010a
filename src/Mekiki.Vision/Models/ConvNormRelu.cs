using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Convolution, batch norm and ReLU, the unit of which GoogLeNet is built.</summary>
internal sealed class ConvNormRelu : Module
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d bn;

    public ConvNormRelu(int channels, int features, int kernelSize, int stride = 1, int padding = 0)
    {
        conv = Child("conv", new Conv2d(channels, features, kernelSize, stride, padding, bias: false, draw: Initialization.HeFanOut));
        bn = Child("bn", new BatchNorm2d(features, epsilon: 1e-3f));
    }

    /// <inheritdoc/>
    public override bool KeepsNothing => true;

    /// <param name="x">(N, C, H, W).</param>
    /// <returns>(N, F, H', W').</returns>
    public override Tensor Forward(Tensor x) => bn[conv[x]].Relu();
}
