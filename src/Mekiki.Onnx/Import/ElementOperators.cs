using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>Operators on each element.</summary>
internal static class ElementOperators
{
    private const int MostMade = 1 << 26;

    public static IEnumerable<KeyValuePair<string, Func<NodeCall, Value[]>>> All { get; } =
    [
        Map("Relu", (x, _) => x.Relu()),
        Map("Sigmoid", (x, _) => x.Sigmoid()),
        Map("Tanh", (x, _) => x.Tanh()),
        Map("Exp", (x, _) => x.Exp()),
        Map("Log", (x, _) => x.Log()),
        Map("Sqrt", (x, _) => x.Sqrt()),
        Map("Erf", (x, _) => x.Erf()),
        Map("Reciprocal", (x, _) => x.Reciprocal()),
        Map("Sin", (x, _) => x.Sin()),
        Map("Cos", (x, _) => x.Cos()),
        Map("Floor", (x, _) => x.Floor()),
        Map("Ceil", (x, _) => x.Ceiling()),
        Map("Round", (x, _) => x.Round()),
        Map("Softplus", (x, _) => x.Softplus()),
        Map("HardSwish", (x, _) => x.Hardswish()),
        Map("Mish", (x, _) => x.Mish()),
        Map("LeakyRelu", (x, c) => x.LeakyRelu(c.Number("alpha", 0.01f))),
        Map("Elu", (x, c) => x.Elu(c.Number("alpha", 1))),
        Map("Selu", (x, c) => x.Elu(c.Number("alpha", 1.6732632f)) * c.Number("gamma", 1.0507010f)),
        Map("Celu", (x, c) => (x * (1 / c.Number("alpha", 1))).Elu() * c.Number("alpha", 1)),
        Map("Swish", (x, c) => x * (x * c.Number("alpha", 1)).Sigmoid()),
        Map(FunctionForm.Silu, (x, _) => x.Silu()),
        Map("HardSigmoid", (x, c) => FunctionForm.IsHard(c.Node) ? x.Hardsigmoid() : (x * c.Number("alpha", 0.2f) + c.Number("beta", 0.5f)).Clamp(0, 1)),
        Map("Gelu", (x, c) => x.Gelu(c.Text("approximate", "none") == "tanh")),
        Map("Softsign", (x, _) => x / (x.Abs() + 1)),
        Map("PRelu", (x, c) => x.Relu() - c.Floats(1) * (-x).Relu()),
        OperatorTable.One("Abs", c => c[0].IsFloat ? new Value(c.Floats(0).Abs()) : Each(c[0], Math.Abs)),
        OperatorTable.One("Neg", c => c[0].IsFloat ? new Value(-c.Floats(0)) : Each(c[0], i => -i)),
        OperatorTable.One("Sign", c => c[0].IsFloat ? new Value(c.Floats(0).Sign()) : Each(c[0], i => Math.Sign(i))),
        OperatorTable.One("Identity", c => c[0]),
        OperatorTable.One("Clip", Clip),
        Two("Add", (a, b) => a + b, (a, b) => a + b),
        Two("Sub", (a, b) => a - b, (a, b) => a - b),
        Two("Mul", (a, b) => a * b, (a, b) => a * b),
        Two("Div", (a, b) => a / b, (a, b) => b == 0 ? 0 : b == -1 ? -a : a / b),
        OperatorTable.One("Mod", Mod),
        OperatorTable.One("Pow", Pow),
        Many("Sum", (a, b) => a + b, (a, b) => a + b, isMean: false),
        Many("Mean", (a, b) => a + b, (a, b) => a + b, isMean: true),
        Many("Max", (a, b) => a.Maximum(b), Math.Max, isMean: false),
        Many("Min", (a, b) => a.Minimum(b), Math.Min, isMean: false),
        new("Dropout", Dropout),
    ];

    /// <summary>Whole numbers two by two, with sizes of 1 repeated.</summary>
    public static Value Combine(NodeCall call, Value a, Value b, ElementType type, Func<long, long, long> f)
    {
        int[] sizes = BroadcastSizes(call, a.Sizes, b.Sizes);
        long[] x = a.Integers, y = b.Integers, result = new long[SizeOf(call, sizes)];
        int[] xSteps = Steps(a.Sizes, sizes), ySteps = Steps(b.Sizes, sizes), at = new int[sizes.Length];
        for (int i = 0; i < result.Length; i++)
        {
            int xAt = 0, yAt = 0, rest = i;
            for (int d = sizes.Length - 1; d >= 0; d--)
            {
                int place = rest % sizes[d];
                rest /= sizes[d];
                xAt += place * xSteps[d];
                yAt += place * ySteps[d];
            }

            result[i] = Wrapped(f(x[xAt], y[yAt]), type);
        }

        return new Value(result, sizes, type);
    }

    /// <summary>The sizes that two values have together.</summary>
    public static int[] BroadcastSizes(NodeCall call, int[] a, int[] b)
    {
        var sizes = new int[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= sizes.Length; i++)
        {
            int x = i <= a.Length ? a[^i] : 1, y = i <= b.Length ? b[^i] : 1;
            sizes[^i] = x == y || y == 1 ? x : x == 1 ? y : throw call.Wrong("shapes that fit");
        }

        return sizes;
    }

    /// <summary>How many elements a shape has that a node asks for; a file of a few bytes must not take all memory.</summary>
    public static int SizeOf(NodeCall call, int[] sizes, int most = 1 << 24)
    {
        long count = 1;
        foreach (int size in sizes)
        {
            count *= size;
            if (count > most)
                throw call.Wrong($"at most {most} elements");
        }

        return (int)count;
    }

    /// <summary>Refuses a result that is both large and much larger than what it is made of.</summary>
    /// <param name="call">The node.</param>
    /// <param name="sizes">Sizes of the result.</param>
    /// <param name="given">How many elements it is made of.</param>
    public static void Guard(NodeCall call, int[] sizes, long given)
    {
        long count = 1;
        foreach (int size in sizes)
            count = Math.Min(count * size, long.MaxValue >> 32);
        if (count > MostMade && count > 2 * given)
            throw call.Wrong($"a result of at most {MostMade} elements", count);
    }

    private static Value Guarded(NodeCall call, Value a, Value b)
    {
        if (a.Sizes.Length > 0 && b.Sizes.Length > 0 && !a.Sizes.AsSpan().SequenceEqual(b.Sizes))
            Guard(call, BroadcastSizes(call, a.Sizes, b.Sizes), Math.Max(a.Count, b.Count));
        return a;
    }

    private static int[] Steps(int[] from, int[] to)
    {
        var steps = new int[to.Length];
        int step = 1;
        for (int i = 1; i <= from.Length; i++)
        {
            steps[^i] = from[^i] == 1 ? 0 : step;
            step *= from[^i];
        }

        return steps;
    }

    /// <summary>A whole number without the bits that its type does not have.</summary>
    public static long Wrapped(long value, ElementType type) => type switch
    {
        ElementType.UInt8 => (byte)value,
        ElementType.Int8 => (sbyte)value,
        ElementType.Int16 => (short)value,
        ElementType.UInt16 => (ushort)value,
        ElementType.Int32 => (int)value,
        ElementType.UInt32 => (uint)value,
        _ => value,
    };

    private static Value Each(Value x, Func<long, long> f) => new(Array.ConvertAll(x.Integers, i => f(i)), x.Sizes, x.Type);

    private static KeyValuePair<string, Func<NodeCall, Value[]>> Map(string name, Func<Tensor, NodeCall, Tensor> f) => OperatorTable.One(name, c => new Value(f(c.Floats(0), c)));

    private static KeyValuePair<string, Func<NodeCall, Value[]>> Two(string name, Func<Tensor, Tensor, Tensor> f, Func<long, long, long> whole) =>
        OperatorTable.One(name, c => Both(c, f, whole, c[0], c.Version < 7 ? Older(c) : c[1]));

    // Before version 7 the second operand's first dimension had a place among the first's.
    private static Value Older(NodeCall call)
    {
        int axis = (int)call.Integer("axis", -1);
        var (a, b) = (call[0], call[1]);
        if (axis < 0 || call.Integer("broadcast", 0) == 0 || axis + b.Sizes.Length > a.Sizes.Length)
            return b;
        return new Value(b.Floats.Reshape([.. b.Sizes, .. Enumerable.Repeat(1, a.Sizes.Length - axis - b.Sizes.Length)]));
    }

    private static Value Both(NodeCall call, Func<Tensor, Tensor, Tensor> f, Func<long, long, long> whole, Value a, Value b) =>
        a.IsFloat || b.IsFloat ? new Value(f(Guarded(call, a, b).Floats, b.Floats)) : Combine(call, a, b, a.Type, whole);

    private static KeyValuePair<string, Func<NodeCall, Value[]>> Many(string name, Func<Tensor, Tensor, Tensor> f, Func<long, long, long> whole, bool isMean) => OperatorTable.One(name, c =>
    {
        var result = c[0];
        for (int i = 1; i < c.Inputs.Length; i++)
        {
            var (a, b) = (result, c[i]);
            // The engine's maximum takes shapes that are alike.
            if (a.IsFloat && b.IsFloat && !a.Sizes.AsSpan().SequenceEqual(b.Sizes))
            {
                int[] sizes = BroadcastSizes(c, a.Sizes, b.Sizes);
                (a, b) = (new Value(a.Floats.Expand(sizes)), new Value(b.Floats.Expand(sizes)));
            }

            result = Both(c, f, whole, a, b);
        }

        return isMean ? new Value(result.Floats * (1f / c.Inputs.Length)) : result;
    });

    private static Value Clip(NodeCall call)
    {
        if (!call[0].IsFloat)
            return new Value(Array.ConvertAll(call[0].Integers, i => Math.Min(Math.Max(i, call.Has(1) ? call[1].Integers[0] : long.MinValue), call.Has(2) ? call[2].Integers[0] : long.MaxValue)), call[0].Sizes, call[0].Type);
        float least = call.Has(1) ? Single(call, 1) : call.Number("min", float.NegativeInfinity), most = call.Has(2) ? Single(call, 2) : call.Number("max", float.PositiveInfinity);
        var x = call.Floats(0);
        if (least == 0 && most == 6)
            return new Value(x.Relu6());
        return new Value(least <= most ? x.Clamp(least, most) : Tensor.Full(x.Shape, most));
    }

    private static float Single(NodeCall call, int input) => call[input].Count == 1 ? call.Floats(input).Item() : throw call.Wrong("one number as a limit");

    private static Value Mod(NodeCall call)
    {
        var (a, b) = (call[0], call[1]);
        bool isC = call.Integer("fmod", 0) == 1;
        if (!a.IsFloat && !b.IsFloat)
            return Combine(call, a, b, a.Type, (x, y) => y is 0 or -1 ? 0 : isC || x % y == 0 || (x % y < 0) == (y < 0) ? x % y : x % y + y);
        // The remainder of a division that is cut (fmod), x - y · trunc(x / y).
        var quotient = a.Floats / b.Floats;
        return new Value(a.Floats - b.Floats * (quotient.Sign() * quotient.Abs().Floor()));
    }

    private static Value Pow(NodeCall call)
    {
        var (x, y) = (call[0], call[1]);
        if (y.Count == 1)
        {
            float exponent = y.Floats.ToArray()[0];
            var powers = exponent == 2 ? x.Floats * x.Floats : exponent == 0.5f ? x.Floats.Sqrt() : x.Floats.Pow(exponent);
            if (x.IsFloat)
                return new Value(powers);
        }

        float[] bases = x.Floats.Expand(BroadcastSizes(call, x.Sizes, y.Sizes)).ToArray(), exponents = y.Floats.Expand(BroadcastSizes(call, x.Sizes, y.Sizes)).ToArray();
        for (int i = 0; i < bases.Length; i++)
            bases[i] = MathF.Pow(bases[i], exponents[i]);
        var result = new Value(Tensor.From(bases, BroadcastSizes(call, x.Sizes, y.Sizes)));
        return x.IsFloat ? result : new Value(result.Integers, result.Sizes, x.Type);
    }

    // In use, nothing is dropped; the mask says that all is kept.
    private static Value[] Dropout(NodeCall call)
    {
        if (call.Has(2) && call[2].Integers is [not 0, ..])
            throw call.Wrong("dropout in use, not in training (training_mode false)");
        var mask = new long[call[0].Count];
        Array.Fill(mask, 1);
        return [call[0], new Value(mask, call[0].Sizes, ElementType.Bool)];
    }
}
