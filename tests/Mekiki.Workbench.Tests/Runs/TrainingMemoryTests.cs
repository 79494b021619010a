using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

public class TrainingMemoryTests
{
    private const long Mebibyte = 1 << 20;

    // Two convolutions with batch norms, as the chapter has them: results of 48x48 and 24x24 pixels.
    private static Trainer Made(string model = "cnn")
    {
        var set = ImageSet.FromDrawing("drawn", new(1, 48, 48), [0, 0, 1, 1], ["a", "b"], (i, image) => image.Fill((byte)(60 * i)));
        return new Trainer(set, new Split([0, 2], [1, 3], []), model == "cnn" ? new TrainOptions { Model = model, BatchSize = 100 } : new TrainOptions { Model = model });
    }

    [Fact]
    public void Note_IsGivenAboveAQuarterOfTheMemory_AndRefusesOnlyWhatCannotFit()
    {
        var trainer = Made();
        var (weights, activations) = TrainingMemory.Measure(trainer.Recognizer);
        Assert.Equal(4L * trainer.Recognizer.Network.Parameters().Sum(p => (long)p.Count), weights);
        // The first convolution and its norm alone have 64 results of 48x48.
        Assert.InRange(activations, 2L * 4 * 64 * 48 * 48, 4L * 4 * 64 * 48 * 48);
        double needed = 13.0 * weights + 1.5 * 100 * activations;
        Assert.Null(TrainingMemory.Note(trainer, (long)(4.1 * needed)));
        Assert.Equal($"Training cnn with batches of 100 images of 1x48x48 needs about {needed / Mebibyte:N0} MiB of memory; the machine has {(long)needed / Mebibyte:N0} MiB. Smaller images (--size) or batches (--batch) need less.",
            TrainingMemory.Note(trainer, (long)needed));
        Assert.NotNull(TrainingMemory.Note(trainer, (long)(0.6 * needed)));
        Assert.Equal($"cnn with batches of 100 images of 1x48x48: expected a training that fits into memory (20 MiB), got one that needs about {needed / Mebibyte:N0} MiB. Give smaller images (--size), smaller batches (--batch), or a smaller model.",
            Assert.Throws<MekikiException>(() => TrainingMemory.Note(trainer, 20 * Mebibyte)).Message);
    }

    [Fact]
    public void Measuring_ChangesNoWeight()
    {
        string before = Made().Recognizer.WeightsSha256;
        var trainer = Made();
        TrainingMemory.Measure(trainer.Recognizer);
        Assert.Equal(before, trainer.Recognizer.WeightsSha256);
    }

    [Fact]
    public void NetworkThatLearnsFromAllImagesAtOnce_IsNotMeasured() => Assert.Null(TrainingMemory.Note(Made("neocognitron"), 1));
}
