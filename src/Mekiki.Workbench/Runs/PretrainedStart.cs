using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary>What a run needs that begins with a pretrained network: images as the network takes them, parts to choose by, and a last layer that is learnt at once.</summary>
public static class PretrainedStart
{
    // Fewer training images are not enough to hold some out and to change a whole network.
    private const int LeastTuned = 100;
    private const double HeldOut = 0.1;

    // With fewer, what batches tell of means and deviations is worse than what the network has from a million images.
    private const int LeastForNorms = 1000;

    /// <summary>Whether the options' network is that of the model which training begins with.</summary>
    public static bool IsWanted(TrainOptions options) => options.Model == Catalogue.Pretrained.Name;

    /// <summary>What a preset begins with where nobody said it: published weights that are here, or nothing.</summary>
    /// <param name="preset">A preset of a pretrained network.</param>
    /// <param name="dataFolder">Where downloads lie; null: <see cref="Mekiki.Vision.Data.Folders.Data"/>.</param>
    /// <returns>The options, and what the user should know; null where they need a network that is not here.</returns>
    public static (TrainOptions Options, string Note)? Begin(Preset preset, string? dataFolder = null) =>
        PublishedWeights.Here(dataFolder) is { } weights ? (preset.Options with { From = weights.Name }, $"Begins with {weights.Name}, which is here; --from names another network.")
        : preset.FromNothing is { } nothing ? (nothing, $"No pretrained network is given or here: {nothing.Model} is trained from nothing, which takes more images and more time. `mekiki weights get mobilenet_v3_large` gets one; --from names one.")
        : null;

    /// <summary>How images are opened for a network: in its colours, scaled as its own were, and with as many pixels as it is made for, unless the options say otherwise.</summary>
    /// <param name="data">The options.</param>
    /// <param name="begin">The pretrained network.</param>
    public static DataOptions DataFor(DataOptions data, Recognizer begin)
    {
        var input = begin.Preprocessing.Input;
        data = data with { Channels = data.Channels ?? input.Channels, Resampling = data.Resampling ?? begin.Preprocessing.Resampling };
        return data.Size is not null || data.MostPixels is not null ? data
            : LinearHead.TakesAnySize(begin) ? data with { MostPixels = input.Height * input.Width }
            : data with { Size = input.Height };
    }

    /// <summary>The parts with some training images held out, by which the best epoch is chosen; without them where there are too few. Of few images batch norms learn no statistics.</summary>
    /// <param name="set">The images.</param>
    /// <param name="split">Their parts.</param>
    /// <param name="data">How the set is split.</param>
    /// <param name="options">How the network is trained.</param>
    /// <returns>The parts, the options, and what the user should know.</returns>
    public static (Split Split, TrainOptions Options, IReadOnlyList<string> Notes) Parts(ImageSet set, Split split, DataOptions data, TrainOptions options)
    {
        options = options with { FreezeNorms = options.FreezeNorms || split.Train.Length < LeastForNorms };
        if (options is { Head: HeadKind.Neighbours, Epochs: > 0 })
            return (split, options with { Epochs = 0, Steps = null }, ["Nearest neighbours are all that is learnt: fine-tuning could not change them."]);
        if (options.Epochs == 0 || split.Validation.Length > 0)
            return (split, options, []);
        if (split.Train.Length < LeastTuned)
            return (split, options with { Epochs = 0, Steps = null }, [$"{split.Train.Length:N0} training images are too few to train a whole network with some of them held out; the last layer alone is learnt."]);
        var held = split.WithValidation(set, data.Seed, (int)(HeldOut * split.Train.Length + 0.5));
        return (held, options, [$"{held.Validation.Length:N0} of the training images are held out: they choose the best epoch. Set another share by --validation."]);
    }

    /// <summary>Learns the last layer, and writes the model that training begins with.</summary>
    /// <param name="begin">The pretrained network.</param>
    /// <param name="set">The images.</param>
    /// <param name="split">Their parts.</param>
    /// <param name="options">How the network is trained.</param>
    /// <param name="path">Where the model is written.</param>
    /// <param name="progress">Told for how many images the features are known; null: nobody looks.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="MekikiException">The network has no features, or cannot take the images.</exception>
    public static LinearHead Learn(Recognizer begin, ImageSet set, Split split, TrainOptions options, string path, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var head = LinearHead.Fit(begin, set, split, new LinearHeadOptions { Kind = options.Head, Seed = options.Seed, Threads = options.Threads }, progress, cancellation);
        head.Recognizer.Save(path);
        return head;
    }
}
