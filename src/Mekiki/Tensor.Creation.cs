using Mekiki.Backends.Cpu.Memory;

namespace Mekiki;

public sealed unsafe partial class Tensor
{
    /// <summary>A tensor of the given elements, which are copied.</summary>
    /// <param name="values">The elements in row-major order.</param>
    /// <param name="shape">The shape; its count must be the number of values.</param>
    /// <exception cref="MekikiException">The counts differ.</exception>
    public static Tensor From(ReadOnlySpan<float> values, Shape shape)
    {
        CheckCount(values.Length, shape);
        var tensor = Empty(shape);
        values.CopyTo(new Span<float>(tensor.Pointer, values.Length));
        return tensor;
    }

    /// <summary>A one-dimensional tensor of the given elements, which are copied.</summary>
    public static Tensor From(params ReadOnlySpan<float> values) => From(values, [values.Length]);

    /// <summary>An int64 tensor of the given elements, which are copied.</summary>
    /// <inheritdoc cref="From(ReadOnlySpan{float}, Shape)"/>
    public static Tensor From(ReadOnlySpan<long> values, Shape shape)
    {
        CheckCount(values.Length, shape);
        var tensor = new Tensor(shape, DType.Int64, Storage.Bytes((long)values.Length * sizeof(long)));
        values.CopyTo(new Span<long>(tensor.IntegerPointer, values.Length));
        return tensor;
    }

    /// <summary>A tensor without dimensions that holds one number.</summary>
    public static Tensor Scalar(float value) => From([value], []);

    /// <summary>A tensor of which every element is <paramref name="value"/>.</summary>
    public static Tensor Full(Shape shape, float value)
    {
        var tensor = Empty(shape);
        new Span<float>(tensor.Pointer, shape.Count).Fill(value);
        return tensor;
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape) => Full(shape, 0);

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(Shape shape) => Full(shape, 1);

    /// <summary>Random numbers, uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public static Tensor Uniform(Shape shape, ref Generator generator, float low = 0, float high = 1)
    {
        var tensor = Empty(shape);
        foreach (ref float value in new Span<float>(tensor.Pointer, shape.Count))
            value = low + (high - low) * generator.NextSingle();
        return tensor;
    }

    /// <summary>Random numbers, normal with mean 0 and the given standard deviation.</summary>
    public static Tensor Normal(Shape shape, ref Generator generator, float deviation = 1)
    {
        var tensor = Empty(shape);
        foreach (ref float value in new Span<float>(tensor.Pointer, shape.Count))
            value = (float)(deviation * generator.Normal());
        return tensor;
    }

    /// <summary>A tensor with arbitrary elements, for kernels to fill.</summary>
    internal static Tensor Empty(Shape shape, bool channelsLast = false) =>
        new(shape, DType.Float32, Storage.Floats(shape.Count), channelsLast);

    private static void CheckCount(int count, Shape shape)
    {
        if (count != shape.Count)
            throw new MekikiException($"Tensor: expected {shape.Count:N0} values for shape {shape}, got {count:N0}.");
    }
}
