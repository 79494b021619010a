using Mekiki.Backends;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Kernels;

/// <summary>Convolutions of arrays that lie channels last, as kernels read them; and what the tests draw and compare.</summary>
internal static class Naive
{
    /// <summary>A convolution and its gradients on the reference.</summary>
    public static (float[] Y, float[] Dx, float[] Dw) Reference(float[] x, float[] w, float[] b, float[] dy, ConvolutionShape s)
    {
        using var computing = Switches.UseBackend(ReferenceBackend.Instance);
        return Convolve(x, w, b, dy, s);
    }

    /// <summary>A convolution and its gradients where new tensors are made.</summary>
    public static (float[] Y, float[] Dx, float[] Dw) Convolve(float[] x, float[] w, float[] b, float[] dy, ConvolutionShape s)
    {
        Tensor images = Tensor.From(x, [s.Images, s.Height, s.Width, s.Channels]).WithGrad(), weight = Tensor.From(w, [s.Features, s.GroupChannels, s.KernelHeight, s.KernelWidth]).WithGrad();
        var y = images.Permute(0, 3, 1, 2).Conv2d(weight, Tensor.From(b), s.Stride, s.Padding, s.Dilation, s.Groups).Permute(0, 2, 3, 1);
        y.Backward(Tensor.From(dy, y.Shape));
        return (y.ToArray(), images.Grad!.ToArray(), weight.Grad!.ToArray());
    }

    /// <summary>Values in [-0.5, 0.5).</summary>
    public static float[] Random(ref Generator generator, int count)
    {
        var values = new float[count];
        foreach (ref float value in values.AsSpan())
            value = generator.NextSingle() - 0.5f;
        return values;
    }

    /// <summary>‖got - expected‖ / ‖expected‖.</summary>
    public static double Distance(double[] expected, float[] got)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < got.Length; i++)
        {
            difference += Math.Pow(expected[i] - got[i], 2);
            size += expected[i] * expected[i];
        }

        return Math.Sqrt(difference / size);
    }
}
