namespace Mekiki.Backends;

/// <summary>What newer networks need beside convolutions: norms of single examples, and images of other sizes.</summary>
internal abstract partial class Backend
{
    /// <summary>Normalizes each row to mean 0 and deviation 1, then scales and shifts: y = (x - μ) / √(σ² + ε) · γ + β.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="x">(Rows, Columns).</param>
    /// <param name="gamma">(<see cref="RowNormSizes.Parameters"/>); null: 1.</param>
    /// <param name="beta">(<see cref="RowNormSizes.Parameters"/>); null: 0. Both are null, or none.</param>
    /// <param name="statistics">(Rows, 2): μ and 1 / √(σ² + ε) of each row.</param>
    public abstract Storage NormalizeRows(in RowNormSizes s, Storage x, Storage? gamma, Storage? beta, out Storage statistics);

    /// <summary>The gradients of <see cref="NormalizeRows"/>.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="x">What was normalized.</param>
    /// <param name="gamma">As there.</param>
    /// <param name="statistics">What it gave.</param>
    /// <param name="dy">The gradient of the result.</param>
    /// <param name="dGamma">That of γ; null where there is none.</param>
    /// <param name="dBeta">That of β; null where there is none.</param>
    /// <returns>The gradient of x.</returns>
    public abstract Storage NormalizeRowsGradient(in RowNormSizes s, Storage x, Storage? gamma, Storage statistics, Storage dy, out Storage? dGamma, out Storage? dBeta);

    /// <summary>Images of another size: each pixel is a mean of up to four pixels of x, or a constant. In <see cref="ImageLayout"/>.</summary>
    public abstract Storage Resample(in ResampleSizes s, Storage x);

    /// <summary>The gradient of the images. Where several results took part of a pixel, theirs are summed up in their order.</summary>
    public abstract Storage ResampleGradient(in ResampleSizes s, Storage dy);
}

/// <summary>The sizes of a norm over rows, and which scale and shift each element has.</summary>
/// <param name="Rows">How many rows.</param>
/// <param name="Columns">Elements of each, 1 or more.</param>
/// <param name="Groups">Rows after which scales and shifts begin anew: the groups of an image's channels; 1 for a layer norm.</param>
/// <param name="Repeat">So many elements side by side share one scale and one shift: a channel's pixels; 1 for a layer norm.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <remarks>Element j of row i has the scale and the shift ((i mod Groups) · Columns + j) / Repeat, rounded down.</remarks>
internal readonly record struct RowNormSizes(int Rows, int Columns, int Groups, int Repeat, float Epsilon)
{
    /// <summary>How many scales, and how many shifts, there are.</summary>
    public int Parameters => (int)((long)Groups * Columns / Repeat);
}

/// <summary>Where the pixels of images of another size come from.</summary>
/// <param name="Images">N.</param>
/// <param name="Height">H of what is read.</param>
/// <param name="Width">W of what is read.</param>
/// <param name="Channels">C.</param>
/// <param name="Rows">Where each row of the result comes from.</param>
/// <param name="Columns">Where each column of the result comes from.</param>
/// <param name="Value">Of pixels that come from nowhere.</param>
internal readonly record struct ResampleSizes(int Images, int Height, int Width, int Channels, ResampleAxis Rows, ResampleAxis Columns, float Value)
{
    public long InputLength => (long)Images * Height * Width * Channels;

    public long OutputLength => (long)Images * Rows.Count * Columns.Count * Channels;
}

/// <summary>Where each position of a result comes from along one axis: (1 - share) of the first and share of the second position.</summary>
/// <param name="Firsts">The first position; -1: from nowhere.</param>
/// <param name="Seconds">The second position; the first where its share is 0.</param>
/// <param name="Shares">The share of the second, in [0, 1).</param>
internal sealed record ResampleAxis(int[] Firsts, int[] Seconds, float[] Shares)
{
    public int Count => Firsts.Length;

    /// <summary>How many positions from nowhere stand before all of the source, if nothing else does and only such stand behind it; else null.</summary>
    /// <param name="length">The source's.</param>
    public int? MarginBefore(int length)
    {
        int before = Firsts.AsSpan().IndexOfAnyExcept(-1);
        if (before < 0 || length > Count - before || Firsts.AsSpan(before + length).ContainsAnyExcept(-1))
            return null;
        for (int i = 0; i < length; i++)
            if (Firsts[before + i] != i || Shares[before + i] != 0)
                return null;
        return before;
    }

    /// <summary>One position for each.</summary>
    public static ResampleAxis Of(int count, Func<int, int> source)
    {
        var firsts = new int[count];
        for (int i = 0; i < count; i++)
            firsts[i] = source(i);
        return new ResampleAxis(firsts, firsts, new float[count]);
    }

    /// <summary>The nearest position before, as PyTorch's <c>nearest</c>: ⌊i · length / count⌋.</summary>
    public static ResampleAxis Nearest(int length, int count) => Of(count, i => (int)Math.Min((long)i * length / count, length - 1));

    /// <summary>A straight line between two positions.</summary>
    /// <param name="length">Positions of what is read.</param>
    /// <param name="count">Positions of the result.</param>
    /// <param name="alignCorners">Whether the first and the last position of both lie on each other; else the outer edges do.</param>
    public static ResampleAxis Linear(int length, int count, bool alignCorners)
    {
        var axis = new ResampleAxis(new int[count], new int[count], new float[count]);
        double step = !alignCorners ? (double)length / count : count > 1 ? (length - 1.0) / (count - 1) : 0;
        for (int i = 0; i < count; i++)
        {
            double at = alignCorners ? i * step : Math.Max(0, (i + 0.5) * step - 0.5);
            int first = Math.Min((int)at, length - 1);
            axis.Firsts[i] = first;
            axis.Seconds[i] = Math.Min(first + 1, length - 1);
            axis.Shares[i] = axis.Seconds[i] == first ? 0 : (float)(at - first);
        }

        return axis;
    }
}
