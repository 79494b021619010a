using System.Text.Json;
using Mekiki.Files;

namespace Mekiki.Vision.Training;

/// <summary>All that a training needs to go on as if it had not stopped, in one safetensors file with a checksum: weights, optimizer, and where it stands.</summary>
/// <remarks>
/// Random draws are functions of the seed, the epoch and the image, so that there is no state of a generator to keep.
/// <see cref="Take"/> copies, which is quick; <see cref="Save"/> writes the copy, on another thread if that suits.
/// One object serves one run: its room is used again and again.
/// </remarks>
/// <example>
/// <code>
/// var checkpoint = new Checkpoint();
/// checkpoint.Take(trainer);
/// await Task.Run(() => checkpoint.Save("checkpoint.safetensors"));
/// </code>
/// </example>
public sealed class Checkpoint
{
    private const string StateKey = "checkpoint", FactsKey = "run";
    private readonly List<Copy> copies = [];
    private string state = "", facts = "";

    /// <summary>Copies a training as it is now. Not while <see cref="Save"/> runs.</summary>
    /// <exception cref="MekikiException">A buffer of the network is neither float32 nor int64.</exception>
    public void Take(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        state = JsonSerializer.Serialize(trainer.State, TrainerStateJson.Default.TrainerState);
        facts = trainer.Facts;
        int at = 0;
        foreach (var (prefix, tensors) in trainer.Groups)
            foreach (var (name, tensor) in tensors)
            {
                if (at == copies.Count)
                    copies.Add(new Copy(prefix + name, tensor));
                else if (!copies[at].Fits(prefix + name, tensor))
                    copies[at] = new Copy(prefix + name, tensor);
                copies[at++].Take(tensor);
            }

        copies.RemoveRange(at, copies.Count - at);
    }

    /// <summary>Writes what was copied; the file appears only when whole.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var writer = new SafetensorsWriter().AddText(StateKey, state).AddText(FactsKey, facts).AddChecksum();
        foreach (var copy in copies)
            copy.AddTo(writer);
        writer.Save(path);
    }

    /// <summary>Brings a new training with the same images, split, options and parts to where the file says.</summary>
    /// <param name="trainer">The new training.</param>
    /// <param name="path">What <see cref="Save"/> wrote.</param>
    /// <exception cref="MekikiException">The file is damaged, or of another run; the training is then at no place.</exception>
    public static void Load(Trainer trainer, string path)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(path);
        using var file = SafetensorsFile.Open(path);
        var state = ReadState(file);
        file.VerifyChecksum();
        trainer.Restore(state, prefix => file.ReadAll(prefix), path, file.Metadata.GetValueOrDefault(FactsKey));
    }

    /// <summary>What the training that a checkpoint is of has otherwise than this one, of all that weights depend on: images, split, first weights, options.</summary>
    /// <param name="trainer">A training with the images, split and options that are expected.</param>
    /// <param name="path">What <see cref="Save"/> wrote.</param>
    /// <returns>A phrase for each, such as <c>seed 1 instead of 2</c>; none: it is the same training. Null: the file does not say, as those of earlier versions do not.</returns>
    /// <exception cref="MekikiException">The file is damaged, or no checkpoint.</exception>
    public static IReadOnlyList<string>? Differences(Trainer trainer, string path)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(path);
        using var file = SafetensorsFile.Open(path);
        ReadState(file);
        // A bit that flipped in the text is damage, and no other run.
        file.VerifyChecksum();
        return file.Metadata.TryGetValue(FactsKey, out string? text) ? TrainingFacts.Differences(trainer.Facts, text) : null;
    }

    private static TrainerState ReadState(SafetensorsFile file)
    {
        try
        {
            if (file.Metadata.TryGetValue(StateKey, out string? text) && JsonSerializer.Deserialize(text, TrainerStateJson.Default.TrainerState) is { } state)
                return state;
        }
        catch (JsonException)
        {
        }

        throw new MekikiException($"{file.Name}: expected a checkpoint of a training, got another safetensors file. Give the folder of a run.");
    }

    private sealed class Copy(string name, Tensor like)
    {
        private readonly int[] shape = like.Shape.ToArray();
        private readonly float[] floats = like.DType == DType.Float32 ? new float[like.Count] : [];
        private readonly long[] integers = like.DType == DType.Int64 ? new long[like.Count] : [];

        public bool Fits(string asked, Tensor tensor) =>
            asked == name && tensor.Shape.ToArray().AsSpan().SequenceEqual(shape) && (tensor.DType == DType.Int64 ? integers : (Array)floats).Length == tensor.Count;

        public void Take(Tensor tensor)
        {
            if (tensor.DType == DType.Int64)
                tensor.Integers.CopyTo(integers);
            else
                tensor.Values.CopyTo(floats);
            GC.KeepAlive(tensor);
        }

        public void AddTo(SafetensorsWriter writer)
        {
            if (integers.Length > 0)
                writer.Add(name, shape, integers.AsMemory());
            else
                writer.Add(name, shape, floats.AsMemory());
        }
    }
}
