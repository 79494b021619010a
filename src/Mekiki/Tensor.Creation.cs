using Mekiki.Backends;

namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>A tensor of the given elements, which are copied.</summary>
    /// <param name="values">The elements in row-major order.</param>
    /// <param name="shape">The shape; its count must be the number of values.</param>
    /// <exception cref="MekikiException">The counts differ.</exception>
    public static Tensor From(ReadOnlySpan<float> values, Shape shape)
    {
        CheckCount(values.Length, shape);
        var tensor = Empty(shape);
        tensor.Backend.Upload(values, tensor.Data);
        return tensor;
    }

    /// <summary>A one-dimensional tensor of the given elements, which are copied.</summary>
    public static Tensor From(params ReadOnlySpan<float> values) => From(values, [values.Length]);

    /// <summary>An int64 tensor of the given elements, which are copied.</summary>
    /// <inheritdoc cref="From(ReadOnlySpan{float}, Shape)"/>
    public static Tensor From(ReadOnlySpan<long> values, Shape shape)
    {
        CheckCount(values.Length, shape);
        var tensor = new Tensor(shape, Backend.Current.Allocate(DType.Int64, values.Length), isResult: false);
        tensor.Backend.Upload(values, tensor.Data);
        return tensor;
    }

    /// <summary>A tensor without dimensions that holds one number.</summary>
    public static Tensor Scalar(float value) => From([value], []);

    /// <summary>A tensor of which every element is <paramref name="value"/>.</summary>
    public static Tensor Full(Shape shape, float value)
    {
        var tensor = Empty(shape);
        tensor.Backend.Fill(tensor.Data, value);
        return tensor;
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape) => Full(shape, 0);

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(Shape shape) => Full(shape, 1);

    /// <summary>Random numbers, uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public static Tensor Uniform(Shape shape, ref Generator generator, float low = 0, float high = 1)
    {
        var values = new float[shape.ElementCount];
        foreach (ref float value in values.AsSpan())
            value = low + (high - low) * generator.NextSingle();
        return From(values, shape);
    }

    /// <summary>Random numbers, normal with mean 0 and the given standard deviation.</summary>
    public static Tensor Normal(Shape shape, ref Generator generator, float deviation = 1)
    {
        var values = new float[shape.ElementCount];
        foreach (ref float value in values.AsSpan())
            value = (float)(deviation * generator.Normal());
        return From(values, shape);
    }

    /// <summary>A tensor with arbitrary elements, to be filled.</summary>
    internal static Tensor Empty(Shape shape, Layout layout = Layout.RowMajor) =>
        new(shape, Backend.Current.Allocate(DType.Float32, shape.ElementCount), layout, isResult: false);

    /// <summary>A module's parameter, with arbitrary elements.</summary>
    internal static Tensor OfModule(Module owner, Shape shape) =>
        new(shape, Backend.Current.Allocate(DType.Float32, shape.ElementCount), isResult: false) { Owner = owner };

    private static void CheckCount(int count, Shape shape)
    {
        if (count != shape.ElementCount)
            throw new MekikiException($"Tensor: expected {shape.ElementCount:N0} values for shape {shape}, got {count:N0}.");
    }
}
