using Mekiki.Vision.Models;

namespace Mekiki.Workbench.Benchmarks;

/// <summary>What a benchmark does over and over.</summary>
public enum BenchmarkMode
{
    /// <summary>Whole training steps: forward, loss, zero gradients, backward, Adam.</summary>
    Train,

    /// <summary>Forward passes in evaluation mode, without gradients.</summary>
    Infer,

    /// <summary>Preparing batches: decoded uint8 pixels through the chapter's random affine into the batch's floats.</summary>
    Load,
}

/// <summary>What <see cref="NetworkBenchmark"/> times.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>A name in the <see cref="Catalogue"/>.</summary>
    public required string Model { get; init; }

    /// <summary>Training steps at first.</summary>
    public BenchmarkMode Mode { get; init; }

    /// <summary>N, images in a batch, 1 or more.</summary>
    public int Batch { get; init => field = Least(value, "Batch"); } = 32;

    /// <summary>H and W in pixels, 1 or more; null: the side of the model's default input.</summary>
    public int? Size { get; init => field = value is { } size ? Least(size, "Size") : null; }

    /// <summary>C, 1 or more.</summary>
    public int Channels { get; init => field = Least(value, "Channels"); } = 1;

    /// <summary>K, 1 or more.</summary>
    public int Classes { get; init => field = Least(value, "Classes"); } = 73;

    /// <summary>How long is measured, above 0, beside the warm-up; 5 steps at least are made.</summary>
    public double Seconds { get; init => field = value > 0 ? value : throw new MekikiException($"Seconds: expected more than 0, got {value}."); } = 5;

    private static int Least(int value, string name) =>
        value >= 1 ? value : throw new MekikiException($"{name}: expected 1 or more, got {value}.");
}
