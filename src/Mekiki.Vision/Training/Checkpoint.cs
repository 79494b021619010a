using System.Text.Json;
using Mekiki.Files;

namespace Mekiki.Vision.Training;

/// <summary>All that a training needs to go on as if it had not stopped, in one safetensors file: weights, optimizer, and where it stands.</summary>
/// <remarks>Random draws are functions of the seed, the epoch and the image, so that there is no state of a generator to keep.</remarks>
internal static class Checkpoint
{
    private const string StateKey = "checkpoint", ModelPrefix = "model.", OptimizerPrefix = "optimizer.";

    /// <summary>Writes it; the file appears only when whole.</summary>
    public static void Save(Trainer trainer, string path) =>
        new SafetensorsWriter()
            .AddText(StateKey, JsonSerializer.Serialize(trainer.State, TrainerStateJson.Default.TrainerState))
            .Add(trainer.Recognizer.Network.StateDict(), ModelPrefix)
            .Add(trainer.Optimizer?.StateDict() ?? [], OptimizerPrefix)
            .Save(path);

    /// <summary>Brings a new training of the same run to where the file says.</summary>
    /// <exception cref="MekikiException">The file is damaged, or of another run.</exception>
    public static void Load(Trainer trainer, string path)
    {
        using var file = SafetensorsFile.Open(path);
        var state = ReadState(file);
        bool fits = state.Epoch >= 0 && state.Epoch <= trainer.Options.Epochs && state.Batch >= 0 && state.Batch <= trainer.StepsPerEpoch;
        if (!fits)
            throw new MekikiException($"{path}: expected a checkpoint of {trainer.Options.Epochs} epochs of {trainer.StepsPerEpoch:N0} steps, got one at epoch {state.Epoch + 1:N0}, step {state.Batch:N0}. It belongs to another run.");
        trainer.Recognizer.Network.LoadStateDict(file.ReadAll(ModelPrefix), path);
        trainer.Optimizer?.LoadStateDict(file.ReadAll(OptimizerPrefix), path);
        long expected = (long)state.Epoch * trainer.StepsPerEpoch + state.Batch;
        if (trainer.Optimizer is { } optimizer && optimizer.StepCount != expected)
            throw new MekikiException($"{path}: expected an optimizer after {expected:N0} steps, got one after {optimizer.StepCount:N0}. The file is damaged: begin a new run.");
        trainer.State = state;
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
}
