using Mekiki.Vision.Options;
using Row = Mekiki.Vision.Options.OptionRow<Mekiki.Workbench.Runs.RunOptions>;

namespace Mekiki.Workbench.Runs;

/// <summary>What a run keeps while it trains. All of it is saved with the run; none of it changes what comes out.</summary>
public sealed record RunOptions
{
    /// <summary>Steps from one checkpoint to the next, 1 or more; null: one in five minutes. Each epoch ends with one in any case.</summary>
    public int? CheckpointSteps { get; init => field = Table.Check(value); }

    /// <summary>Whether scalars are also written to a TensorBoard event file in the run's folder.</summary>
    public bool TensorBoard { get; init; }

    /// <summary>What is said about each option, in the order of the help: its names, what it does, its range and its default.</summary>
    public static OptionTable<RunOptions> Table { get; } = new(
    [
        Row.Number("checkpoint-steps", nameof(CheckpointSteps), "Steps from one checkpoint to the next; each epoch ends with one", OptionRange.AtLeast(1), o => o.CheckpointSteps, (o, v) => o with { CheckpointSteps = v })
            with { Otherwise = "one in five minutes" },
        Row.Switch("tensorboard", nameof(TensorBoard), "Also write the figures of each step and epoch to a TensorBoard event file in the run's folder", o => o.TensorBoard, (o, v) => o with { TensorBoard = v }),
    ]);
}
