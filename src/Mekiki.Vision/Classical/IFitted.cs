using Mekiki.Vision.Data;

namespace Mekiki.Vision.Classical;

/// <summary>A recognizer that learns from all training images at once, in a way of its own, instead of by steps along a gradient.</summary>
/// <remarks>
/// It is a <see cref="Module"/> without parameters: what it learns are buffers, so that the model file, tests and predictions
/// treat it like any network. Buffers whose size is learnt too are made anew in <see cref="Module.BeforeLoad"/>.
/// </remarks>
public interface IFitted
{
    /// <summary>Learns. What it had learnt before is forgotten.</summary>
    /// <param name="images">The training images, prepared as the recognizer will see them later.</param>
    /// <param name="seed">Of all random choices: the same images and seed give the same bits, on any number of threads.</param>
    /// <param name="progress">Told how far it is; null: nobody looks.</param>
    /// <param name="cancellation">Stops it, soon, with nothing learnt.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    void Fit(PreparedImages images, ulong seed, IProgress<FitProgress>? progress = null, CancellationToken cancellation = default);
}

/// <summary>How far learning has come.</summary>
/// <param name="Stage">What it does now, such as "descriptors".</param>
/// <param name="Done">The share of the whole that is done, in [0, 1].</param>
public readonly record struct FitProgress(string Stage, double Done);
