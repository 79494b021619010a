namespace Mekiki.Layers;

/// <summary>What all batch norms of a network measure in a pass, kept apart from their running statistics, so that a training brings it there in an order of its own.</summary>
/// <remarks>
/// A batch that is cut into parts, which several machines take, leaves the same running statistics as one machine that takes the parts in
/// order: the bits of r += momentum · (x - r), part by part. See <see cref="BatchNorm"/>.
/// </remarks>
/// <example>
/// <code>
/// var statistics = new BatchStatistics(net);
/// var measured = new float[statistics.Length];
/// using (statistics.Hold())
/// {
///     var y = net[x];             // the running statistics stay as they are
///     statistics.Take(measured);
/// }
///
/// statistics.Apply(measured);     // now they are as if they had not been held
/// </code>
/// </example>
public sealed class BatchStatistics
{
    private readonly List<BatchNorm> norms = [];

    /// <summary>Finds the batch norms of a network.</summary>
    /// <param name="network">The network, or one without batch norms.</param>
    public BatchStatistics(Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Find(network, []);
        foreach (var norm in norms)
            Length += 1 + 2 * norm.Features;
    }

    /// <summary>How many numbers a pass leaves: for each batch norm a mark, mean (C) and variance (C).</summary>
    public int Length { get; }

    /// <summary>From now on passes in training leave the running statistics as they are; each pass is followed by <see cref="Take"/>.</summary>
    /// <returns>Dispose it, and they change again.</returns>
    /// <exception cref="MekikiException">There is no memory for what they measure.</exception>
    public IDisposable Hold()
    {
        foreach (var norm in norms)
            norm.Hold(true);
        return new Release(norms);
    }

    /// <summary>Copies what the last pass measured. Only while <see cref="Hold"/> lasts.</summary>
    /// <param name="measured">Receives <see cref="Length"/> numbers.</param>
    /// <exception cref="MekikiException">The span is shorter.</exception>
    public void Take(Span<float> measured)
    {
        Check(measured.Length);
        foreach (var norm in norms)
        {
            int features = norm.Features;
            measured[0] = norm.Take(measured.Slice(1, features), measured.Slice(1 + features, features)) ? 1 : 0;
            measured = measured[(1 + 2 * features)..];
        }
    }

    /// <summary>Brings what a pass measured into the running statistics.</summary>
    /// <param name="measured">What <see cref="Take"/> gave, here or on another machine.</param>
    /// <exception cref="MekikiException">The span is shorter than <see cref="Length"/>.</exception>
    public void Apply(ReadOnlySpan<float> measured)
    {
        Check(measured.Length);
        foreach (var norm in norms)
        {
            int features = norm.Features;
            // One in evaluation mode measured nothing.
            if (measured[0] != 0)
                norm.Replay(measured.Slice(1, features), measured.Slice(1 + features, features));
            measured = measured[(1 + 2 * features)..];
        }
    }

    private void Check(int length)
    {
        if (length < Length)
            throw new MekikiException($"BatchStatistics: expected a span of {Length:N0} numbers or more, got {length:N0}. Make it longer.");
    }

    private void Find(Module module, HashSet<Module> known)
    {
        if (!known.Add(module))
            return;
        if (module is BatchNorm norm)
            norms.Add(norm);
        foreach (var (_, child) in module.Children)
            Find(child, known);
    }

    private sealed class Release(List<BatchNorm> norms) : IDisposable
    {
        public void Dispose()
        {
            foreach (var norm in norms)
                norm.Hold(false);
        }
    }
}
