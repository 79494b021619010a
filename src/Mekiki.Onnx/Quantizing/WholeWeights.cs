using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Quantizing;

/// <summary>Weights of a product as whole numbers from -127 to 127 with a scale for each feature, and its bias in units of the input's scale times the feature's.</summary>
internal sealed class WholeWeights
{
    private const int Most = 127;
    private readonly float[] values;
    private readonly double[] bias;
    private readonly bool isTransposed, hadBias;
    private readonly float from;
    private bool isMoved;

    private WholeWeights(float[] values, double[] bias, bool hadBias, bool isTransposed, int features, float from)
    {
        (this.values, this.bias, this.hadBias, this.isTransposed, this.from) = (values, bias, hadBias, isTransposed, from);
        (Features, Depth, Scales, Bytes) = (features, values.Length / features, new float[features], new byte[values.Length]);
        for (int o = 0; o < features; o++)
        {
            float most = 0;
            for (int i = 0; i < Depth; i++)
                most = MathF.Max(most, MathF.Abs(values[Place(o, i)]));
            // A bias that is too large for weights next to nothing makes their steps larger.
            Scales[o] = MathF.Max(MathF.Max(most / Most, (float)(Math.Abs(bias[o]) / (from * (1 << 30)))), 1e-30f);
            for (int i = 0; i < Depth; i++)
                Bytes[Place(o, i)] = (byte)(sbyte)Math.Clamp(MathF.Round(values[Place(o, i)] / Scales[o]), -Most, Most);
        }
    }

    /// <summary>How many results.</summary>
    public int Features { get; }

    /// <summary>How many weights each has.</summary>
    public int Depth { get; }

    public float[] Scales { get; }

    /// <summary>The whole numbers as int8, as the weights lie.</summary>
    public byte[] Bytes { get; }

    /// <summary>The bias, as real numbers.</summary>
    public IReadOnlyList<double> Bias => bias;

    /// <summary>The bias as whole numbers; null: there is none.</summary>
    public int[]? Terms => hadBias || isMoved ? [.. bias.Select((b, o) => (int)Math.Clamp(Math.Round(b / ((double)from * Scales[o])), -int.MaxValue, int.MaxValue))] : null;

    /// <summary>Each weight rounded to the nearest.</summary>
    /// <param name="product">A convolution or linear layer.</param>
    /// <param name="plan">The network.</param>
    /// <param name="from">The scale of its input.</param>
    public static WholeWeights Nearest(GraphNode product, GraphPlan plan, float from)
    {
        var weight = plan.Constants[product.Inputs[1]];
        bool isTransposed = QuantizedNodes.IsTransposed(product), hasBias = product.Inputs.Count > 2 && product.Inputs[2].Length > 0;
        int features = weight.Sizes[isTransposed ? 1 : 0];
        double[] bias = hasBias ? Array.ConvertAll(plan.Constants[product.Inputs[2]].Floats.ToArray(), b => (double)b) : new double[features];
        return new(weight.Floats.ToArray(), bias, hasBias, isTransposed, features, from);
    }

    /// <summary>Rounds some features anew, so that the weights behind each take up its error.</summary>
    /// <param name="first">The first feature.</param>
    /// <param name="count">How many.</param>
    /// <param name="shares">In row k the share of each earlier error that weight k takes up.</param>
    public void Round(int first, int count, double[][] shares)
    {
        var errors = new double[Depth];
        for (int o = first; o < first + count; o++)
            for (int k = 0; k < Depth; k++)
            {
                double real = values[Place(o, k)], wanted = real;
                double[] row = shares[k];
                for (int i = 0; i < k; i++)
                    wanted += errors[i] * row[i];
                double whole = Math.Clamp(Math.Round(wanted / Scales[o]), -Most, Most);
                Bytes[Place(o, k)] = (byte)(sbyte)whole;
                errors[k] = real - whole * Scales[o];
            }
    }

    /// <summary>Adds to the bias.</summary>
    public void Move(double[] shift)
    {
        isMoved = true;
        for (int o = 0; o < Features; o++)
            bias[o] += shift[o];
    }

    /// <summary>What the whole numbers stand for.</summary>
    public float[] Real()
    {
        var real = new float[values.Length];
        for (int o = 0; o < Features; o++)
            for (int i = 0; i < Depth; i++)
                real[Place(o, i)] = (sbyte)Bytes[Place(o, i)] * Scales[o];
        return real;
    }

    private int Place(int o, int i) => isTransposed ? i * Features + o : o * Depth + i;
}
