namespace Mekiki.Workbench.Runs;

/// <summary>What a run keeps while it trains. All of it is saved with the run; none of it changes what comes out.</summary>
public sealed record RunOptions
{
    /// <summary>Steps from one checkpoint to the next, 1 or more; null: one in five minutes. Each epoch ends with one in any case.</summary>
    public int? CheckpointSteps { get; init => field = value is null or >= 1 ? value : throw new MekikiException($"--checkpoint-steps: expected 1 or more, got {value}."); }

    /// <summary>Whether scalars are also written to a TensorBoard event file in the run's folder.</summary>
    public bool TensorBoard { get; init; }
}
