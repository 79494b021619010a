using Mekiki.Files;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary>The two newest checkpoints of a run: <c>checkpoint.safetensors</c> and <c>checkpoint-previous.safetensors</c>.</summary>
internal sealed class CheckpointFiles(string folder)
{
    private readonly string newest = Path.Combine(folder, "checkpoint.safetensors"), previous = Path.Combine(folder, "checkpoint-previous.safetensors");

    /// <summary>Writes a checkpoint; the newest so far becomes the previous one. At every moment one of them is whole under its name.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void Save(Checkpoint checkpoint)
    {
        string next = Path.Combine(folder, "checkpoint-next.safetensors");
        checkpoint.Save(next);
        OutputFile.Guard(newest, () =>
        {
            if (File.Exists(newest))
            {
                FileStep.Before("rename", previous);
                File.Move(newest, previous, overwrite: true);
            }

            AtomicFile.Rename(next, newest);
        });
    }

    /// <summary>Brings a new training to the newest checkpoint that is whole; without any it stays at its beginning.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="fromSha256">Of the weights that the run began with; null: they were drawn.</param>
    /// <returns>What the user should know, a sentence each; and whether the newest is damaged.</returns>
    /// <exception cref="MekikiException">There are checkpoints, and none can be used; or one is of another run.</exception>
    public (IReadOnlyList<string> Notes, bool NewestIsDamaged) Load(Trainer trainer, string? fromSha256)
    {
        var problems = new List<string>();
        foreach (string path in new[] { newest, previous })
        {
            if (!File.Exists(path))
                continue;
            bool saysOfWhich = false;
            try
            {
                // Whoever put it here wants to know; it is no damage that the one before it could stand in for.
                if (Checkpoint.Differences(trainer, path) is { } differences)
                {
                    saysOfWhich = true;
                    if (differences.Count > 0)
                        throw Foreign(path, string.Join(", ", differences));
                }

                Checkpoint.Load(trainer, path);
                if (saysOfWhich && trainer.StartSha256 != fromSha256)
                    throw Foreign(path, "other weights to begin with");
                bool newestIsDamaged = problems.Count > 0;
                if (newestIsDamaged)
                    problems.Add($"The one before it is used; the run goes on from epoch {trainer.Epoch + 1}, step {trainer.Batch:N0} of {trainer.StepsPerEpoch:N0}.");
                if (!saysOfWhich)
                    problems.Add($"{path} does not say of which run it is, as those of earlier versions do not; it is taken for this run's.");
                return (problems, newestIsDamaged);
            }
            catch (MekikiException e) when (e.Data[nameof(Foreign)] is null)
            {
                problems.Add(e.Message);
            }
        }

        return problems.Count == 0
            ? ([], false)
            : throw new MekikiException($"{string.Join(' ', problems)} No checkpoint of the run can be used. Restore one; or delete {(problems.Count == 1 ? "it" : "both")}, and the run begins anew with the same result.");
    }

    private MekikiException Foreign(string path, string differences) => new($"{path}: expected a checkpoint of this run, got one of a run with {differences}. Restore the run's own checkpoint, or begin a new run.")
    {
        Data = { [nameof(Foreign)] = folder },
    };

    /// <summary>Takes away what a killed process left, and a newest checkpoint that is damaged, so that it never takes the place of a whole one.</summary>
    /// <param name="newestIsDamaged">Whether <see cref="Load"/> could not use it.</param>
    public void Tidy(bool newestIsDamaged)
    {
        AtomicFile.DeleteStray(folder);
        AtomicFile.TryDelete(Path.Combine(folder, "checkpoint-next.safetensors"));
        if (newestIsDamaged)
            AtomicFile.TryDelete(newest);
    }
}
