using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Parts that networks share: convolution, batch norm and an activation under the names 0, 1, 2; squeeze and excitation.</summary>
internal static class Blocks
{
    /// <summary>A convolution that keeps the side at a stride of 1, batch norm, and an activation.</summary>
    /// <param name="channels">C.</param>
    /// <param name="features">F.</param>
    /// <param name="kernelSize">Odd.</param>
    /// <param name="stride">1 or more.</param>
    /// <param name="groups">Of the convolution.</param>
    /// <param name="activation">What follows; null: nothing.</param>
    /// <param name="epsilon">Of the norm.</param>
    public static Sequential ConvNorm(int channels, int features, int kernelSize, int stride = 1, int groups = 1, Module? activation = null, float epsilon = 1e-5f)
    {
        var conv = new Conv2d(channels, features, kernelSize, stride, padding: kernelSize / 2, groups: groups, bias: false, draw: Initialization.HeFanOut);
        var norm = new BatchNorm2d(features, epsilon);
        return activation is null ? new Sequential(conv, norm) : new Sequential(conv, norm, activation);
    }

    /// <summary>The multiple of 8 that is nearest, and not more than a tenth below.</summary>
    public static int MultipleOf8(double channels)
    {
        int near = Math.Max(8, (int)(channels + 4) / 8 * 8);
        return near < 0.9 * channels ? near + 8 : near;
    }
}

/// <summary>Weights each channel by what all pixels of all channels say.</summary>
/// <remarks>Hu, Shen, Sun, "Squeeze-and-Excitation Networks", 2017, arXiv:1709.01507, section 3.</remarks>
internal sealed class SqueezeExcitation : Module
{
    private readonly Conv2d fc1, fc2;
    private readonly Module activation, scale;

    public SqueezeExcitation(int channels, int squeezed, Module activation, Module scale)
    {
        fc1 = Child("fc1", new Conv2d(channels, squeezed, kernelSize: 1));
        fc2 = Child("fc2", new Conv2d(squeezed, channels, kernelSize: 1));
        this.activation = Child("activation", activation);
        this.scale = Child("scale_activation", scale);
    }

    /// <inheritdoc/>
    public override bool KeepsNothing => true;

    /// <param name="x">(N, C, H, W).</param>
    /// <returns>The same shape.</returns>
    public override Tensor Forward(Tensor x) => x * scale[fc2[activation[fc1[x.AdaptiveAvgPool(1, 1)]]]];   // (N, C, H, W) * (N, C, 1, 1)
}
