using Mekiki.Optimizers;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Training;

/// <summary>The parts of one training: the program's own where there are some, or else those that the options name.</summary>
/// <param name="Parts">The program's own.</param>
/// <param name="Options">The options.</param>
/// <param name="Input">The shape (C, H, W) of its input.</param>
/// <param name="Classes">K.</param>
internal sealed record OwnParts(TrainerParts Parts, TrainOptions Options, ImageShape Input, int Classes)
{
    /// <summary>Checks that parts and options go together.</summary>
    /// <exception cref="MekikiException">They do not; the message says why.</exception>
    public static OwnParts Of(TrainerParts parts, TrainOptions options, ImageSet set)
    {
        if (parts is { MakeNetwork: not null, Network: not null })
            throw new MekikiException($"TrainerParts: expected one network, got both {nameof(parts.MakeNetwork)} and {nameof(parts.Network)}. Leave one of them out.");
        if (parts is { Optimizer: not null, Groups: not null })
            throw new MekikiException($"TrainerParts: expected groups of parameters for an optimizer that the options name, got both {nameof(parts.Optimizer)} and {nameof(parts.Groups)}. Make the optimizer with its groups.");
        if (parts.Loss is not null && (options.LabelSmoothing > 0 || options.Balance == Balance.Weights))
            throw new MekikiException($"TrainerParts: expected a loss of one's own without {nameof(TrainOptions.LabelSmoothing)} and without {nameof(Balance)}.{nameof(Balance.Weights)}, which shape the cross-entropy, got both. Leave one of them out.");
        bool isNamed = parts.MakeNetwork is null && parts.Network is null;
        var entry = Catalogue.Find(options.Model);
        if (options.Head != HeadKind.Logistic && (!isNamed || entry != Catalogue.Pretrained))
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(TrainOptions.Head))}: expected no such option without a pretrained network, on whose features it is learnt, got it with {options.Model}. Leave it out, or set {TrainOptions.TermOf(nameof(TrainOptions.Model))} to {Catalogue.Pretrained.Name}.");
        if (options is { Head: HeadKind.Neighbours, Epochs: > 0 })
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(TrainOptions.Epochs))}: expected 0 with nearest neighbours, which fine-tuning cannot change, got {options.Epochs:N0}. Set it to 0, or learn another head.");
        if (!isNamed || entry != Catalogue.Pretrained)
            return options.Epochs > 0
                ? new(parts, options, InputOf(isNamed ? entry.InputFor(set.Seen) : set.Seen, set, options.Model), set.Targets.Count)
                : throw Wording.Exception($"{TrainOptions.TermOf(nameof(TrainOptions.Epochs))}: expected 1 or more, got 0. A pretrained network alone may have none: its last layer is learnt before.");
        if (options.From is null)
            _ = entry.Build(set.Seen, set.Targets.Count);
        var begin = Recognizer.Load(options.From!);
        var preprocessing = LinearHead.PreprocessingOf(begin, set);
        return new(parts, options, InputOf(preprocessing.Input, set, options.From!), set.Targets.Count) { Begin = begin, Preprocessing = preprocessing, IsWhole = begin.Classes.SequenceEqual(set.Targets) && begin.Card.IsMultiLabel == set.IsMultiLabel };
    }

    /// <summary>The model whose network training begins with, whatever it is; null: the network has a name of its own.</summary>
    public Recognizer? Begin { get; private init; }

    /// <summary>Whether its last layer is for these classes, too.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>What images go through for the network that training begins with; null: as the images are.</summary>
    public Preprocessing? Preprocessing { get; private init; }

    /// <summary>What is said about the model that training begins with; null: nothing.</summary>
    public StartWeights? Start => Begin is null ? null : new(Options.From!, Begin.WeightsSha256, IsWhole ? [] : ["the last layer"]);

    // What lies in the margin is measured in the network's pixels.
    private static ImageShape InputOf(ImageShape input, ImageSet set, string network) => set.Framing.Margin == 0 || (input.Height, input.Width) == (set.Seen.Height, set.Seen.Width)
        ? input
        : throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Margin))}: expected images of the size that {network} takes, {input.Width} x {input.Height} pixels, beside their margin, got {set.Seen.Width} x {set.Seen.Height}. Give that size, or leave the margin out.");

    /// <summary>The size of training images, of which tests see all pixels.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="MekikiException">It takes images of one size alone.</exception>
    public (int Height, int Width) TrainSize(Module network)
    {
        if (Options.TrainScale == 1)
            return (Input.Height, Input.Width);
        int height = Scaled(Input.Height), width = Scaled(Input.Width);
        return NewHead.Takes(network, Input with { Height = height, Width = width }, Classes)
            ? (height, width)
            : throw Wording.Exception($"{TrainOptions.TermOf(nameof(TrainOptions.TrainScale))}: expected a network that takes images of any size, down to {width} x {height} pixels, got {NameOf(network)}, which does not. Leave it out, or train a network that ends with a mean over all pixels, such as resnet18.");

        int Scaled(int side) => Math.Max(1, (int)(Options.TrainScale * side + 0.5));
    }

    /// <summary>What the model file calls the network.</summary>
    public string NameOf(Module network) =>
        Parts.NetworkName ?? Begin?.Card.Model ?? (Parts.MakeNetwork is null && Parts.Network is null ? Catalogue.Find(Options.Model).Name : network.GetType().Name);

    /// <summary>Random changes of the training images.</summary>
    public Augmentation Augmentation => Parts.Augmentation is { } steps ? new("own", "the program's own", steps) : Augmentation.Find(Options.Augmentation);

    /// <summary>The network: the program's, or a new one with its first weights.</summary>
    public Module Create()
    {
        if (Parts.Network is { } given)
            return given;
        if (Begin is not null)
        {
            // Each call makes a network of its own.
            var again = Recognizer.Load(Options.From!);
            return IsWhole ? again.Network : NewHead.Make(again, Input, Classes, Options.Seed);
        }

        if (Parts.MakeNetwork is not { } make)
            return Catalogue.Find(Options.Model).Create(Input, Classes, Options.Seed);
        var network = make(Input, Classes);
        network.Initialize(Options.Seed);
        return network;
    }

    /// <summary>Another network of the same form.</summary>
    /// <param name="option">What needs it.</param>
    /// <exception cref="MekikiException">The program gave one network, and not how to make it.</exception>
    public Module CreateCopy(string option) => Parts.Network is null
        ? Create()
        : throw new MekikiException($"{option}: expected {nameof(TrainerParts)}.{nameof(TrainerParts.MakeNetwork)}, since the average of the weights needs a network of its own, got {nameof(TrainerParts)}.{nameof(TrainerParts.Network)}. Give a function that makes the network.");

    /// <summary>What changes the weights. Parameters of groups with a learning rate of 0 are frozen.</summary>
    public Optimizer OptimizerOf(Module network)
    {
        if (Parts.Optimizer is { } make)
            return make(network);
        ParameterGroup[] groups = [.. Parts.Groups?.Invoke(network) ?? ByDepth(network)];
        foreach (var frozen in groups.Where(g => g.LearningRate == 0).SelectMany(g => g.Parameters))
            frozen.RequiresGrad = false;
        return NamedOptimizer.Of(network, groups, Options);
    }

    /// <summary>In which epoch, the first of which is 0, weights begin to change that do not from the beginning (<see cref="TrainOptions.Unfreeze"/>); those that never do are not told.</summary>
    /// <param name="network">The network, whose frozen weights are marked.</param>
    public (Tensor Tensor, int Epoch)[] Joining(Module network) => Options.Unfreeze == 0
        ? []
        : [.. Before(network).Where(w => w.Tensor.RequiresGrad).Select(w => (w.Tensor, (int)Math.Ceiling(Options.Unfreeze * (1 - w.Depth))))];

    // A group for each weight, from the images on; the last layer keeps the optimizer's rate.
    private IEnumerable<ParameterGroup> ByDepth(Module network)
    {
        if (Options is { FirstLayerRate: 1, Freeze: 0 })
            return [];
        var weights = Before(network);
        int layers = weights.Length == 0 ? 0 : weights[^1].Layers;
        if (Options.Freeze >= 1 && Options.Freeze > layers)
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(Options.Freeze))}: expected at most {layers:N0}, the layers before the last, got {Options.Freeze:N0}. Give less, or a share below 1.");
        return weights.Select(w =>
        {
            bool isFrozen = Options.Freeze < 1 ? w.Depth < Options.Freeze : w.Layers <= Options.Freeze;
            return new ParameterGroup([w.Tensor]) { LearningRate = isFrozen ? 0 : Options.LearningRate * Math.Pow(Options.FirstLayerRate, 1 - w.Depth) };
        });
    }

    // The weights before the last layer's, from the images on: how deep each lies, from 0 on and below 1, and how many layers there are up to it.
    private (Tensor Tensor, double Depth, int Layers)[] Before(Module network)
    {
        var named = network.NamedParameters();
        int last = named.Count - 1;
        while (last > 0 && named[last].Tensor.Shape[0] == Classes)
            last--;
        int layers = 0;
        return [.. Enumerable.Range(0, last + 1).Select(i => (named[i].Tensor, (double)i / (last + 1), layers += named[i].Tensor.Shape.Rank >= 2 ? 1 : 0))];
    }
}
