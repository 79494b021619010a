using System.Globalization;
using CsCheck;
using Mekiki.Operations;

namespace Mekiki.Tests.Properties;

/// <summary>The choices of one random example: small numbers first, so that CsCheck finds a small example of what fails.</summary>
internal sealed class Draw(uint[] choices, ulong seed)
{
    private int used;
    private Generator generator = new(seed);

    private static readonly Gen<Draw> random = Gen.Select(Gen.UInt[0, 999].Array[24], Gen.ULong, (choices, seed) => new Draw(choices, seed));

    /// <summary>Tries <paramref name="count"/> examples, the same ones at every run, so that a run tells of the change that it tests and not of its luck.</summary>
    /// <remarks>To look for more, set the variable CsCheck_Iter: as many random examples are tried, and of those that fail CsCheck tells a small one.</remarks>
    public static void Try(int count, Action<Draw> body)
    {
        if (Environment.GetEnvironmentVariable("CsCheck_Iter") is { } iterations)
            random.Sample(body, iter: long.Parse(iterations, CultureInfo.InvariantCulture), threads: 1);
        else
            foreach (var draw in Series(count))
                body(draw);
    }

    /// <summary>The same examples at every run.</summary>
    public static IEnumerable<Draw> Series(int count)
    {
        for (ulong i = 0; i < (ulong)count; i++)
        {
            var generator = new Generator(i);
            var choices = new uint[24];
            foreach (ref uint choice in choices.AsSpan())
                choice = (uint)generator.NextInt32(1000);
            yield return new Draw(choices, i);
        }
    }

    /// <summary>The same choices from here on, to make the same example twice.</summary>
    public Draw Again() => (Draw)MemberwiseClone();

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int Int(int least, int most) => least + (int)(choices[used++ % choices.Length] % (uint)(most - least + 1));

    public bool Flag() => Int(0, 1) == 1;

    public T Pick<T>(params ReadOnlySpan<T> values) => values[Int(0, values.Length - 1)];

    /// <summary>Sizes from 1 to <paramref name="most"/>, <paramref name="rank"/> of them.</summary>
    public Shape Shape(int rank, int most)
    {
        var sizes = new int[rank];
        foreach (ref int size in sizes.AsSpan())
            size = Int(1, most);
        return sizes;
    }

    /// <summary>Some dimensions of a tensor, each at most once, in any order; maybe none.</summary>
    public int[] Dimensions(int rank) => Order(rank)[..Int(0, rank)];

    /// <summary>The numbers below <paramref name="count"/>, in any order.</summary>
    public int[] Order(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        generator.Shuffle<int>(order);
        return order;
    }

    /// <summary>Normal numbers.</summary>
    public Tensor Normal(Shape shape, float deviation = 1) => Tensor.Normal(shape, ref generator, deviation);

    /// <summary>Normal numbers of deviation 2, of which no group that is normalized together has a deviation below 1.</summary>
    /// <remarks>A norm divides by the deviation of its group. Of numbers that lie nearly on each other, rounding and the differences' truncation would be all that is compared.</remarks>
    /// <param name="shape">The sizes.</param>
    /// <param name="dimensions">The dimensions along which a group lies; all where there are none.</param>
    public Tensor Spread(Shape shape, params ReadOnlySpan<int> dimensions)
    {
        float[] values = Normal(shape, 2).ToArray();
        var groups = new Dictionary<int, List<int>>();
        for (int i = 0; i < values.Length; i++)
        {
            int group = 0;
            for (int d = 0, rest = i, inner = values.Length; d < shape.Rank; d++)
            {
                inner /= shape[d];
                group = group * shape[d] + (dimensions.IsEmpty || dimensions.Contains(d) ? 0 : rest / inner);
                rest %= inner;
            }

            (groups.TryGetValue(group, out var members) ? members : groups[group] = []).Add(i);
        }

        foreach (var members in groups.Values)
        {
            double mean = members.Average(i => values[i]), deviation = Math.Sqrt(members.Average(i => Math.Pow(values[i] - mean, 2)));
            foreach (int i in members)
                values[i] = (float)(mean + (values[i] - mean) / Math.Min(1, deviation));
        }

        return Tensor.From(values, shape);
    }

    /// <summary>Normal numbers moved away from 0, where some functions have a corner or a pole.</summary>
    public Tensor AwayFromZero(Shape shape, float least)
    {
        float[] values = Normal(shape).ToArray();
        foreach (ref float value in values.AsSpan())
            value += MathF.CopySign(least, value);
        return Tensor.From(values, shape);
    }

    /// <summary>Numbers from <paramref name="least"/> on.</summary>
    public Tensor AtLeast(Shape shape, float least)
    {
        float[] values = Normal(shape).ToArray();
        foreach (ref float value in values.AsSpan())
            value = least + MathF.Abs(value);
        return Tensor.From(values, shape);
    }

    /// <summary>Images, (N, C, H, W), of which no two pixels of a channel are nearer than 1/16, so that a small step changes no maximum.</summary>
    public Tensor Apart(Shape shape)
    {
        int pixels = shape[2] * shape[3];
        var values = new float[shape.ElementCount];
        for (int at = 0; at < values.Length; at += pixels)
            Array.ConvertAll(Order(pixels), i => (i - pixels / 2) / 16f).CopyTo(values, at);
        return Tensor.From(values, shape);
    }

    public long[] Labels(int count, int classes)
    {
        var labels = new long[count];
        foreach (ref long label in labels.AsSpan())
            label = generator.NextInt32(classes);
        return labels;
    }

    /// <summary>A tensor as it is, or laid out channels last where it can be.</summary>
    public Func<Tensor, Tensor> Layout() => Flag() ? x => x.Shape.Rank == 4 ? LayoutOperation.Images(x) : x : x => x;
}
