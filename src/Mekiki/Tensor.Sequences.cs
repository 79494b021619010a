namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>The whole numbers from 0 to before <paramref name="end"/>, int64.</summary>
    /// <param name="end">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The end is negative, or there are too many numbers.</exception>
    public static Tensor Arange(long end) => Arange(0, end, 1L);

    /// <summary>The whole numbers from <paramref name="start"/> to before <paramref name="end"/>, int64.</summary>
    /// <param name="start">The first.</param>
    /// <param name="end">The first that is left out.</param>
    /// <param name="step">From number to number, not 0; negative ones count down.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step does not lead to the end, or there are too many numbers.</exception>
    public static Tensor Arange(long start, long end, long step = 1)
    {
        var range = (Int128)end - start;
        if (step == 0 || (range < 0) != (step < 0) && range != 0)
            throw new ArgumentOutOfRangeException(nameof(step), $"Arange: expected a step that leads from {start} to {end}, got {step}.");
        var values = new long[Steps((Int128.Abs(range) + Int128.Abs(step) - 1) / Int128.Abs(step))];
        for (int i = 0; i < values.Length; i++)
            values[i] = start + i * step;
        return From(values, [values.Length]);
    }

    /// <summary>The numbers start, start + step, … before <paramref name="end"/>, float32.</summary>
    /// <param name="start">The first.</param>
    /// <param name="end">No number reaches it.</param>
    /// <param name="step">From number to number, not 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step does not lead to the end, a number is not finite, or there are too many numbers.</exception>
    public static Tensor Arange(float start, float end, float step = 1)
    {
        double count = Math.Ceiling(((double)end - start) / step);
        if (!double.IsFinite(count) || count < 0)
            throw new ArgumentOutOfRangeException(nameof(step), $"Arange: expected a step that leads from {start} to {end}, got {step}.");
        var values = new float[Steps((Int128)count)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(start + i * (double)step);
        return From(values, [values.Length]);
    }

    /// <summary>Numbers at equal distances, the first and the last given, float32, (count).</summary>
    /// <param name="first">The first.</param>
    /// <param name="last">The last.</param>
    /// <param name="count">How many, 0 or more; of one, it is the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static Tensor Linspace(float first, float last, int count)
    {
        Ranges.AtLeast(0, count, "Linspace");
        var values = new float[count];
        // From either end to the middle, so that both are met exactly.
        double step = count > 1 ? ((double)last - first) / (count - 1) : 0;
        for (int i = 0; i < count; i++)
            values[i] = (float)(i < (count + 1) / 2 ? first + i * step : last - (count - 1 - i) * step);
        return From(values, [count]);
    }

    /// <summary>Ones on the diagonal, else zeros: (rows, columns).</summary>
    /// <param name="rows">0 or more.</param>
    /// <param name="columns">0 or more; null: as many as rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    /// <exception cref="MekikiException">There are too many elements.</exception>
    public static Tensor Eye(int rows, int? columns = null)
    {
        Shape shape = [rows, columns ?? rows];
        var values = new float[shape.ElementCount];
        for (int i = 0; i < Math.Min(shape[0], shape[1]); i++)
            values[i * shape[1] + i] = 1;
        return From(values, shape);
    }

    /// <summary>For each label a row with 1 at its place, else 0, int64: (…) -> (…, classes).</summary>
    /// <param name="labels">int64, from 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">How many classes there are, 1 or more.</param>
    /// <exception cref="MekikiException">A label is out of range, or of another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    public static Tensor OneHot(Tensor labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), $"OneHot: expected 1 class or more, got {classes}.");
        var all = labels.Integers;
        if (all.IndexOfAnyExceptInRange(0, classes - 1L) is var wrong and >= 0)
            throw new MekikiException($"OneHot: expected labels from 0 to {classes - 1}, got {all[wrong]}.");
        Shape shape = [.. labels.Shape.ToArray(), classes];
        var values = new long[shape.ElementCount];
        for (int i = 0; i < all.Length; i++)
            values[(long)i * classes + all[i]] = 1;
        return From(values, shape);
    }

    /// <summary>The whole numbers below <paramref name="count"/> in random order, int64, (count).</summary>
    /// <param name="count">0 or more.</param>
    /// <param name="generator">Where the order is drawn from.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static Tensor Randperm(int count, ref Generator generator)
    {
        Ranges.AtLeast(0, count, "Randperm");
        var values = new long[count];
        for (int i = 0; i < count; i++)
            values[i] = i;
        generator.Shuffle<long>(values);
        return From(values, [count]);
    }

    /// <summary>A float32 tensor of the shape of <paramref name="other"/>, of which every element is <paramref name="value"/>.</summary>
    public static Tensor FullLike(Tensor other, float value)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Full(other.Shape, value);
    }

    /// <summary>A float32 tensor of zeros, of the shape of <paramref name="other"/>.</summary>
    public static Tensor ZerosLike(Tensor other) => FullLike(other, 0);

    /// <summary>A float32 tensor of ones, of the shape of <paramref name="other"/>.</summary>
    public static Tensor OnesLike(Tensor other) => FullLike(other, 1);

    private static int Steps(Int128 count) =>
        count <= Array.MaxLength ? (int)count : throw new ArgumentOutOfRangeException(null, $"Arange: expected at most {Array.MaxLength:N0} numbers, got {count:N0}. Use a larger step.");
}
