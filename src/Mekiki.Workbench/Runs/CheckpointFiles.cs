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
                File.Move(newest, previous, overwrite: true);
            AtomicFile.Rename(next, newest);
        });
    }

    /// <summary>Brings a new training to the newest checkpoint that is whole; without any it stays at its beginning.</summary>
    /// <returns>What the user should know, a sentence each.</returns>
    /// <exception cref="MekikiException">There are checkpoints, and none can be used.</exception>
    public IReadOnlyList<string> Load(Trainer trainer)
    {
        var problems = new List<string>();
        foreach (string path in new[] { newest, previous })
        {
            if (!File.Exists(path))
                continue;
            try
            {
                Checkpoint.Load(trainer, path);
                if (problems.Count > 0)
                    problems.Add($"The one before it is used; the run goes on from epoch {trainer.Epoch + 1}, step {trainer.Batch:N0} of {trainer.StepsPerEpoch:N0}.");
                return problems;
            }
            catch (MekikiException e)
            {
                problems.Add(e.Message);
            }
        }

        return problems.Count == 0
            ? []
            : throw new MekikiException($"{string.Join(' ', problems)} No checkpoint of the run can be used. Restore one; or delete {(problems.Count == 1 ? "it" : "both")}, and the run begins anew with the same result.");
    }

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
