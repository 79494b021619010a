using BenchmarkDotNet.Attributes;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Benchmarks;

/// <summary>The chapter's random affine, from uint8 pixels into the batch's floats, against a loop over pixels.</summary>
public class AffineBenchmarks
{
    private static readonly ImageShape shape = new(1, 48, 48);
    private readonly byte[] image = new byte[shape.Length];
    private readonly float[] result = new float[shape.Length];
    private RandomAffine affine = null!;
    private Pipeline pipeline = null!;
    private ulong draw;

    [ParamsAllValues]
    public Interpolation Interpolation { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var generator = Subject.Prepare();
        for (int y = 0; y < shape.Height; y++)
            for (int x = 0; x < shape.Width; x++)
                image[y * shape.Width + x] = (byte)(127 + 120 * Math.Sin(0.2 * x) * Math.Cos(0.3 * y) + generator.NextInt32(8));
        affine = new RandomAffine(DrawRange.Around(90), 0.1, 0.1, new DrawRange(0.8, 1.1), DrawRange.Around(10), Interpolation);
        pipeline = new Pipeline(affine, new ToTensor());
        draw = 0;
        float[] plain = [.. PlainLoop()];
        draw = 0;
        Subject.Same(plain, Fused(), most: 0.03);   // a level of rounding, and pixels that lie between two
    }

    [Benchmark(Baseline = true)]
    public float[] PlainLoop()
    {
        var generator = new Generator(0, draw++);
        var m = affine.Draw(shape, ref generator);
        for (int y = 0; y < shape.Height; y++)
            for (int x = 0; x < shape.Width; x++)
            {
                double sourceX = m.A * (x + 0.5) + m.B * (y + 0.5) + m.C, sourceY = m.D * (x + 0.5) + m.E * (y + 0.5) + m.F;
                result[y * shape.Width + x] = Interpolation == Interpolation.Nearest
                    ? At((int)Math.Floor(sourceX), (int)Math.Floor(sourceY)) / 255f
                    : (float)(Between(sourceX, sourceY) / 255);
            }

        return result;
    }

    [Benchmark]
    public float[] Fused()
    {
        var generator = new Generator(0, draw++);
        pipeline.Write(image, shape, ref generator, result);
        return result;
    }

    private int At(int x, int y) => (uint)x < (uint)shape.Width && (uint)y < (uint)shape.Height ? image[y * shape.Width + x] : 0;

    // Outside pixels are filled, those at the edge repeat.
    private double Between(double x, double y)
    {
        if (x < 0 || y < 0 || x >= shape.Width || y >= shape.Height)
            return 0;
        double left = Math.Floor(x - 0.5), above = Math.Floor(y - 0.5), right = x - 0.5 - left, below = y - 0.5 - above;
        int x0 = Math.Max((int)left, 0), x1 = Math.Min((int)left + 1, shape.Width - 1), y0 = Math.Max((int)above, 0), y1 = Math.Min((int)above + 1, shape.Height - 1);
        return (At(x0, y0) * (1 - right) + At(x1, y0) * right) * (1 - below) + (At(x0, y1) * (1 - right) + At(x1, y1) * right) * below;
    }
}
