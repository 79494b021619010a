using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Quantizing;

/// <summary>The ranges of values that images make.</summary>
/// <remarks>The first pass over the images finds the least and the largest value; a second, where it is needed, counts how many lie where.</remarks>
/// <param name="names">The values.</param>
/// <param name="choose">Chooses 8-bit numbers for the least and the largest value, and how many lie in each part between them.</param>
/// <param name="isCounted">Whether it needs the counts.</param>
internal sealed class ValueRanges(IReadOnlyCollection<string> names, Func<float, float, long[], Quantization> choose, bool isCounted)
{
    private const int Bins = 2048;

    private readonly Dictionary<string, Seen> seen = names.ToDictionary(n => n, _ => new Seen());

    /// <summary>How often the images are gone through.</summary>
    public int Passes => isCounted ? 2 : 1;

    /// <summary>Looks at the values that a batch makes.</summary>
    /// <exception cref="MekikiException">A value is no number, or infinite.</exception>
    public void See(GraphPlan plan, Tensor images, int pass)
    {
        var values = new Dictionary<string, Value>(plan.Constants) { [plan.Input] = new(images) };
        Look(plan.Input, values[plan.Input], pass);
        foreach (var node in plan.Nodes)
        {
            var results = GraphPlan.Compute(node, [.. node.Inputs.Select(v => v.Length == 0 ? null : values[v])], plan.Version);
            for (int o = 0; o < node.Outputs.Count; o++)
            {
                values[node.Outputs[o]] = results[o];
                Look(node.Outputs[o], results[o], pass);
            }
        }
    }

    /// <summary>The 8-bit numbers for a value.</summary>
    public Quantization Of(string name) => choose(seen[name].Least, seen[name].Most, seen[name].Counts);

    private void Look(string name, Value value, int pass)
    {
        if (!seen.TryGetValue(name, out var range))
            return;
        float[] values = value.Floats.ToArray();
        if (pass == 0)
        {
            foreach (float x in values)
            {
                if (!float.IsFinite(x))
                    throw new MekikiException($"'{name}': expected finite values, got {x}. The model is damaged, or the images are not what it was made for.");
                range.Least = Math.Min(range.Least, x);
                range.Most = Math.Max(range.Most, x);
            }

            return;
        }

        double bins = range.Most > range.Least ? Bins / ((double)range.Most - range.Least) : 0;
        foreach (float x in values)
            range.Counts[(int)Math.Clamp((x - (double)range.Least) * bins, 0, Bins - 1)]++;
    }

    private sealed class Seen
    {
        public float Least = float.PositiveInfinity, Most = float.NegativeInfinity;

        public long[] Counts { get; } = new long[Bins];
    }
}
