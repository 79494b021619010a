using Mekiki.Backends;

namespace Mekiki.Tests.Kernels;

/// <summary>Convolution as its definition reads, over channels-last images, in double precision; and what the tests compare with it.</summary>
internal static class Naive
{
    public static double[] Forward(float[] x, float[] w, float[]? bias, ConvolutionShape s)
    {
        var y = new double[s.OutputPixels * s.Features];
        Walk(s, (input, weight, output) => y[output] += (double)x[input] * w[weight]);
        if (bias is not null)
            for (int i = 0; i < y.Length; i++)
                y[i] += bias[i % s.Features];
        return y;
    }

    public static (double[] Dx, double[] Dw) Backward(float[] x, float[] w, float[] dy, ConvolutionShape s)
    {
        var (dx, dw) = (new double[x.Length], new double[w.Length]);
        Walk(s, (input, weight, output) =>
        {
            dx[input] += (double)w[weight] * dy[output];
            dw[weight] += (double)x[input] * dy[output];
        });
        return (dx, dw);
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

    /// <summary>Calls <paramref name="visit"/> with the places of x, w and y of every product.</summary>
    private static void Walk(ConvolutionShape s, Action<int, int, int> visit)
    {
        for (int n = 0; n < s.Images; n++)
            for (int oy = 0; oy < s.OutHeight; oy++)
                for (int ox = 0; ox < s.OutWidth; ox++)
                    for (int ky = 0; ky < s.KernelHeight; ky++)
                        for (int kx = 0; kx < s.KernelWidth; kx++)
                        {
                            int y = oy * s.Stride + ky * s.Dilation - s.Padding, x = ox * s.Stride + kx * s.Dilation - s.Padding;
                            if ((uint)y >= (uint)s.Height || (uint)x >= (uint)s.Width)
                                continue;
                            int pixel = ((n * s.Height) + y) * s.Width + x, target = ((n * s.OutHeight) + oy) * s.OutWidth + ox;
                            for (int o = 0; o < s.Features; o++)
                                for (int c = 0; c < s.GroupChannels; c++)
                                {
                                    int channel = o / s.GroupFeatures * s.GroupChannels + c;
                                    visit(pixel * s.Channels + channel, ((o * s.GroupChannels + c) * s.KernelHeight + ky) * s.KernelWidth + kx, target * s.Features + o);
                                }
                        }
    }
}
