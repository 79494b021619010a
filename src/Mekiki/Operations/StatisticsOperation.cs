using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Numbers that sum up some or all dimensions, made of simpler operations.</summary>
internal static class StatisticsOperation
{
    public static Tensor LogSumExp(Tensor x, ReadOnlySpan<int> dimensions, bool keep)
    {
        var rows = Rows("LogSumExp", x, dimensions, keep, out var shape);
        if (rows.Shape[1] == 0)
            throw new MekikiException($"LogSumExp: expected one element or more, got {x.Shape}.");
        // The largest is taken out, so that no e^x leaves the range; it must be finite, or its difference with itself were none.
        var largest = TopOperation.Max("LogSumExp", rows.Detach(), 1, keep: true).Values.Clamp(float.MinValue, float.MaxValue).Detach();
        return ReshapeOperation.Apply((rows - largest).Exp().Sum([1], keepDimensions: true).Log() + largest, shape);
    }

    public static Tensor Variance(string name, Tensor x, ReadOnlySpan<int> dimensions, bool unbiased, bool keep)
    {
        var rows = Rows(name, x, dimensions, keep, out var shape);
        var distances = rows - rows.Mean([1], keepDimensions: true);
        float count = rows.Shape[1] - (unbiased ? 1 : 0);
        return ReshapeOperation.Apply(distances.Pow(2).Sum(1) * (1 / Math.Max(0, count)), shape);
    }

    public static Tensor Norm(Tensor x, float p, ReadOnlySpan<int> dimensions, bool keep)
    {
        if (!(p >= 1))
            throw new ArgumentOutOfRangeException(nameof(p), $"Norm: expected a p of 1 or more, infinity too, got {p}.");
        var rows = Rows("Norm", x, dimensions, keep, out var shape);
        var norm = p switch
        {
            1 => rows.Abs().Sum(1),
            2 => MapOperation.Apply(rows.Pow(2).Sum(1), FunctionKind.Root, 2),
            float.PositiveInfinity => MaximumOperation.Apply("Norm", rows.Abs()),
            _ => MapOperation.Apply(rows.Abs().Pow(p).Sum(1), FunctionKind.Root, p),
        };
        return ReshapeOperation.Apply(norm, shape);
    }

    public static Tensor Product(Tensor x, ReadOnlySpan<int> dimensions, bool keep)
    {
        var rows = Rows("Prod", x, dimensions, keep, out var shape);
        return ReshapeOperation.Apply(ScanOperation.Product(rows), shape);
    }

    public static Tensor Largest(string name, Tensor x)
    {
        var rows = Rows(name, x, [], keep: false, out var shape);
        return ReshapeOperation.Apply(MaximumOperation.Apply(name, rows), shape);
    }

    /// <summary>The tensor as (kept, gone): what is summed up lies side by side in rows.</summary>
    /// <param name="name">The operation.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="dimensions">Those that are summed up; none: all.</param>
    /// <param name="keep">Whether they stay with size 1.</param>
    /// <param name="result">The shape of the result.</param>
    private static Tensor Rows(string name, Tensor x, ReadOnlySpan<int> dimensions, bool keep, out Shape result)
    {
        Operand.Check(name, x);
        var gone = new bool[x.Shape.Rank];
        Array.Fill(gone, dimensions.Length == 0);
        foreach (int d in dimensions)
            gone[x.Shape.Index(d)] = true;
        int rows = 1, columns = 1;
        List<int> order = [], last = [], sizes = [];
        for (int d = 0; d < gone.Length; d++)
        {
            (gone[d] ? last : order).Add(d);
            if (gone[d])
                columns *= x.Shape[d];
            else
                rows *= x.Shape[d];
            if (keep || !gone[d])
                sizes.Add(gone[d] ? 1 : x.Shape[d]);
        }

        result = sizes.ToArray();
        bool isInOrder = order.Count == 0 || last.Count == 0 || order[^1] < last[0];
        order.AddRange(last);
        return ReshapeOperation.Apply(isInOrder ? x : x.Permute([.. order]), [rows, columns]);
    }
}
