using Mekiki.Vision;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary>How much memory a training takes, estimated from shapes before any of it is taken.</summary>
/// <remarks>
/// The results of all layers of a batch are kept until the gradients are there: they are found by one image without gradients. Weights are there
/// many times: themselves, their gradients, what the optimizer keeps, the files of model and checkpoint, and the model that is read in the end.
/// </remarks>
internal static class TrainingMemory
{
    // Of the machine's memory, from where it is told.
    private const double LeastToldShare = 0.25;

    // Measured on five networks with 2 to 32 images a batch, within 20 %: the process's largest memory.
    private const double CopiesOfWeights = 13, CopiesOfResults = 1.5;

    /// <summary>What to tell before training, or null where it takes little.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="memoryBytes">The machine's memory.</param>
    /// <exception cref="MekikiException">It cannot fit.</exception>
    public static string? Note(Trainer trainer, long memoryBytes)
    {
        if (trainer.IsFitted)
            return null;
        var (weights, activations) = Measure(trainer.Recognizer);
        int batch = (trainer.Options.BatchSize + trainer.Options.Parts - 1) / trainer.Options.Parts;
        var (height, width) = trainer.TrainSize;
        var input = trainer.Recognizer.Preprocessing.Input;
        double needed = CopiesOfWeights * weights + CopiesOfResults * batch * activations * ((double)height * width / (input.Height * input.Width));
        input = input with { Height = height, Width = width };
        string what = $"{trainer.Options.Model} with {(trainer.Options.Parts > 1 ? "parts" : "batches")} of {batch:N0} images of {input}";
        // It is an estimate: what may fit is tried.
        if (needed / 2 > memoryBytes)
            throw new MekikiException($"{what}: expected a training that fits into memory ({memoryBytes >> 20:N0} MiB), got one that needs about {needed / (1 << 20):N0} MiB. Give smaller images (--size), smaller batches (--batch), or a smaller model.");
        return needed > LeastToldShare * memoryBytes
            ? $"Training {what} needs about {needed / (1 << 20):N0} MiB of memory; the machine has {memoryBytes >> 20:N0} MiB. Smaller images (--size) or batches (--batch) need less."
            : null;
    }

    /// <summary>Bytes of the weights, and of the results of all layers for one image.</summary>
    internal static (long Weights, long Activations) Measure(Recognizer recognizer)
    {
        long weights = 0, activations = 0;
        foreach (var parameter in recognizer.Network.Parameters())
            weights += (long)parameter.Count * sizeof(float);
        var input = recognizer.Preprocessing.Input;
        var image = Tensor.Zeros([1, input.Channels, input.Height, input.Width]);
        using (Autograd.ForwardPass.Watch((module, result) =>
        {
            // What others are made of is counted in its parts.
            if (!module.Children.Any())
                activations += (long)result.Count * sizeof(float);
        }))
            _ = recognizer.Scores(image);
        return (weights, activations);
    }
}
