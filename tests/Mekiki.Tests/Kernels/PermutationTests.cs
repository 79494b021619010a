namespace Mekiki.Tests.Kernels;

/// <summary>Dimensions in every order, against the definition.</summary>
public class PermutationTests
{
    private static readonly int[][] shapes =
    [
        [], [1], [7], [1, 1], [3, 5], [64, 8], [70, 19], [2, 3, 4], [1, 9, 17], [9, 1, 17], [5, 16, 24], [3, 2, 67, 9], [2, 40, 3, 3], [1, 33, 3, 12, 16], [2, 3, 1, 4, 5, 6], [3, 0, 2],
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, shapes.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Permute_InEveryOrder_MovesEachElement(int which)
    {
        int[] sizes = shapes[which];
        Shape shape = sizes;
        var x = Tensor.From([.. Enumerable.Range(0, shape.ElementCount).Select(i => (float)i)], shape);
        foreach (int[] order in Orders([.. Enumerable.Range(0, sizes.Length)]))
        {
            var y = x.Permute(order);
            Assert.Equal(order.Select(d => sizes[d]), y.Shape.ToArray());
            Assert.True(Expected(sizes, order).AsSpan().SequenceEqual(y.ToArray()), $"{shape} in the order {string.Join(", ", order)}");
        }
    }

    [Fact]
    public void Permute_OfManyElements_GivesTheSameOnAnyNumberOfThreads()
    {
        int[] sizes = [3, 50, 3, 8, 64], order = [2, 0, 3, 1, 4], turned = [4, 1, 3, 2, 0];
        var x = Tensor.From([.. Enumerable.Range(0, 3 * 50 * 3 * 8 * 64).Select(i => (float)i)], sizes);
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var scope = Switches.UseThreads(threads);
            Assert.Equal(Expected(sizes, order), x.Permute(order).ToArray());
            Assert.Equal(Expected(sizes, turned), x.Permute(turned).ToArray());
        }
    }

    private static IEnumerable<int[]> Orders(int[] left) =>
        left.Length == 0 ? [[]] : left.SelectMany(first => Orders([.. left.Where(d => d != first)]).Select(rest => (int[])[first, .. rest]));

    /// <summary>The elements in the new order, each numbered by its place in the old one.</summary>
    private static float[] Expected(int[] sizes, int[] order)
    {
        var result = new float[sizes.Aggregate(1, (product, size) => product * size)];
        var index = new int[sizes.Length];
        for (int i = 0; i < result.Length; i++)
        {
            for (int d = order.Length - 1, rest = i; d >= 0; rest /= sizes[order[d]], d--)
                index[order[d]] = rest % sizes[order[d]];
            int at = 0;
            for (int d = 0; d < sizes.Length; d++)
                at = at * sizes[d] + index[d];
            result[i] = at;
        }

        return result;
    }
}
