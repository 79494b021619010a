using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Tests.Kernels;

/// <summary>Products of many matrices against the sums that define them, in double precision.</summary>
[Collection(nameof(VectorWidth))]
public unsafe class BatchedProductTests
{
    private const double Bound = 3e-6;

    public static TheoryData<int, int, int, int, int> Sizes => new()
    {
        // groups, batches, rows, columns, depth
        { 1, 3, 1, 1, 1 },
        { 2, 3, 5, 7, 9 },
        { 1, 2, 13, 33, 8 },
        { 2, 2, 12, 32, 16 },
        { 1, 3, 49, 49, 32 },
        { 2, 6, 50, 17, 31 },
        { 1, 1, 197, 40, 64 },
        { 1, 2, 64, 72, 300 },
        { 1, 1, 100, 8, 513 },
        { 1, 2, 3, 20, 259 },
        { 1, 2, 3, 4, 0 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Product_OfMatricesEitherWayRound_EqualsItsDefinition(int groups, int batches, int rows, int columns, int depth)
    {
        var generator = new Generator(3);
        float[] a = Naive.Random(ref generator, groups * batches * rows * depth + 1), b = Naive.Random(ref generator, groups * batches * depth * columns + 1);
        foreach (bool aTurned in (bool[])[false, true])
            foreach (bool bTurned in (bool[])[false, true])
            {
                var expected = new double[groups * batches * rows * columns];
                for (int n = 0; n < groups * batches; n++)
                    for (int i = 0; i < rows; i++)
                        for (int j = 0; j < columns; j++)
                            for (int k = 0; k < depth; k++)
                                expected[(n * rows + i) * columns + j] += (double)a[n * rows * depth + (aTurned ? k * rows + i : i * depth + k)] * b[n * depth * columns + (bTurned ? j * depth + k : k * columns + j)];
                foreach (int bits in VectorWidths.All)
                {
                    using var scope = VectorWidths.Use(bits);
                    float[] found = Run(a, aTurned, b, bTurned, groups, batches, rows, columns, depth);
                    Assert.True(depth == 0 ? found.All(value => value == 0) : Naive.Distance(expected, found) <= Bound, $"{bits} bits, A turned {aTurned}, B turned {bTurned}");
                }
            }
    }

    [Fact]
    public void Product_OfHeadsThatLieInterleaved_EqualsThatOfCopies()
    {
        // Queries and keys as a linear layer writes them: (image, token, which, head, channel).
        const int images = 2, heads = 3, tokens = 29, channels = 16, line = 2 * heads * channels;
        var generator = new Generator(6);
        float[] both = Naive.Random(ref generator, images * tokens * line), queries = new float[images * heads * tokens * channels], keys = new float[queries.Length];
        for (int n = 0; n < images; n++)
            for (int t = 0; t < tokens; t++)
                for (int h = 0; h < heads; h++)
                    for (int d = 0; d < channels; d++)
                    {
                        int to = ((n * heads + h) * tokens + t) * channels + d, from = (n * tokens + t) * line + h * channels + d;
                        (queries[to], keys[to]) = (both[from], both[from + heads * channels]);
                    }

        Tensor source = Tensor.From(both, [both.Length]), result = Nothing(images * heads * tokens * tokens);
        var q = new StridedMatrices(source.Pointer, tokens * line, channels, line, 1);
        var k = new StridedMatrices(source.Pointer + heads * channels, tokens * line, channels, line, 1);
        BatchedProduct.Run(q, k.Transposed, new StridedMatrices(result.Pointer, heads * tokens * tokens, tokens * tokens, tokens, 1), images, heads, tokens, tokens, channels);
        GC.KeepAlive(source);
        Assert.Equal(Run(queries, false, keys, true, 1, images * heads, tokens, tokens, channels), result.ToArray());
    }

    [Theory]
    [InlineData(1, 197, 197, 64)]
    [InlineData(12, 197, 64, 197)]
    [InlineData(3, 50, 300, 20)]
    public void Product_OnAnyNumberOfThreads_GivesTheSameBits(int batches, int rows, int columns, int depth)
    {
        var generator = new Generator(8);
        float[] a = Naive.Random(ref generator, batches * rows * depth), b = Naive.Random(ref generator, batches * depth * columns), once;
        using (Switches.UseThreads(1))
            once = Run(a, false, b, true, 1, batches, rows, columns, depth);
        foreach (int threads in (int[])[2, 3])
        {
            using var scope = Switches.UseThreads(threads);
            Assert.True(once.AsSpan().SequenceEqual(Run(a, false, b, true, 1, batches, rows, columns, depth)), $"{threads} threads");
        }
    }

    /// <summary>The products; what they are written to holds NaN before.</summary>
    private static float[] Run(float[] a, bool aTurned, float[] b, bool bTurned, int groups, int batches, int rows, int columns, int depth)
    {
        Tensor left = Tensor.From(a, [a.Length]), right = Tensor.From(b, [b.Length]), result = Nothing(groups * batches * rows * columns);
        var x = new StridedMatrices(left.Pointer, (nint)batches * rows * depth, rows * depth, aTurned ? 1 : depth, aTurned ? rows : 1);
        var y = new StridedMatrices(right.Pointer, (nint)batches * depth * columns, depth * columns, bTurned ? 1 : columns, bTurned ? depth : 1);
        BatchedProduct.Run(x, y, new StridedMatrices(result.Pointer, (nint)batches * rows * columns, rows * columns, columns, 1), groups, batches, rows, columns, depth);
        GC.KeepAlive((left, right));
        return result.ToArray();
    }

    private static Tensor Nothing(int count)
    {
        var values = new float[count];
        values.AsSpan().Fill(float.NaN);
        return Tensor.From(values, [count]);
    }
}
