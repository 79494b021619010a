using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Models;

/// <summary>A network whose first layer is fixed by patches of the training images, before training begins.</summary>
internal interface ILearnsFromPatches
{
    /// <summary>Fixes the layer.</summary>
    /// <param name="images">The training images as the network will see them, without random changes.</param>
    void LearnPatches(PreparedImages images);
}

/// <summary>2x2 convolution whose weights are the principal directions of patches, each divided by its deviation, with both signs; only the bias is trained.</summary>
/// <remarks>
/// w = ± v / √(λ + ε) of the eigenvectors v and eigenvalues λ of E[p pᵀ], with the directions of little variance first. Jordan 2024, arXiv:2404.00498, section 3.2.
/// Until it learns, and where a patch has no second direction, directions are the pixels' own.
/// </remarks>
internal sealed class WhiteningConv2d : Module
{
    private const int Side = 2, MostImages = 5000;
    private const double Least = 5e-4;
    private readonly int length;
    private readonly Tensor bias, weight;

    /// <param name="channels">C.</param>
    public WhiteningConv2d(int channels)
    {
        length = channels * Side * Side;
        bias = Parameter("bias", [Features]);
        weight = RegisterBuffer("weight", Tensor.Zeros([Features, channels, Side, Side]));
    }

    /// <summary>Channels of the result.</summary>
    public int Features => 2 * length;

    /// <param name="x">(N, C, H, W).</param>
    /// <returns>(N, 8C, H - 1, W - 1).</returns>
    public override Tensor Forward(Tensor x) => x.Conv2d(weight, bias);

    /// <summary>Fixes the weights by the patches of images.</summary>
    /// <param name="images">1 or more; the first 5,000 are looked at.</param>
    public void Learn(PreparedImages images)
    {
        int count = Math.Min(MostImages, images.Count);
        var shape = images.Shape;
        // The sums of each block of images, added in order.
        const int Block = 50;
        var parts = new double[(count + Block - 1) / Block][];
        Threads.For(parts.Length, part =>
        {
            double[] sums = parts[part] = new double[length * length];
            float[] image = new float[shape.Length], patch = new float[length];
            for (int n = part * Block; n < Math.Min(count, (part + 1) * Block); n++)
            {
                images.Read(n, image);
                for (int y = 0; y + Side <= shape.Height; y++)
                    for (int x = 0; x + Side <= shape.Width; x++)
                        Add(image, shape.Height, shape.Width, y, x, patch, sums);
            }
        });
        var moments = new double[length * length];
        foreach (double[] part in parts)
            for (int i = 0; i < moments.Length; i++)
                moments[i] += part[i];
        double patches = (double)count * (shape.Height - Side + 1) * (shape.Width - Side + 1);
        for (int i = 0; i < moments.Length; i++)
            moments[i] /= patches;
        var (values, vectors) = SymmetricEigen.Of(moments, length);
        Write(values, vectors);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator)
    {
        float bound = 1 / MathF.Sqrt(length);
        var drawn = new float[Features];
        for (int i = 0; i < drawn.Length; i++)
            drawn[i] = (float)generator.Uniform(-bound, bound);
        bias.CopyFrom(drawn);
        var (values, vectors) = (Enumerable.Repeat(1.0, length).ToArray(), new double[length * length]);
        for (int i = 0; i < length; i++)
            vectors[i * length + i] = 1;
        Write(values, vectors);
    }

    private static void Add(float[] image, int height, int width, int y, int x, float[] patch, double[] sums)
    {
        for (int i = 0; i < patch.Length; i++)
        {
            int c = i / (Side * Side), dy = i / Side % Side, dx = i % Side;
            patch[i] = image[(c * height + y + dy) * width + x + dx];
        }

        for (int i = 0; i < patch.Length; i++)
            for (int j = 0; j < patch.Length; j++)
                sums[i * patch.Length + j] += patch[i] * patch[j];
    }

    private void Write(double[] values, double[] vectors)
    {
        var weights = new float[Features * length];
        for (int d = 0; d < length; d++)
            for (int i = 0; i < length; i++)
            {
                int from = length - 1 - d;
                float value = (float)(vectors[from * length + i] / Math.Sqrt(Math.Max(0, values[from]) + Least));
                weights[d * length + i] = value;
                weights[(length + d) * length + i] = -value;
            }

        weight.CopyFrom(weights);
    }
}
