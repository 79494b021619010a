using Mekiki.Optimizers;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
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
        return new(parts, options, isNamed ? Catalogue.Find(options.Model).InputFor(set.Shape) : set.Shape, set.Classes.Count);
    }

    /// <summary>What the model file calls the network.</summary>
    public string NameOf(Module network) =>
        Parts.NetworkName ?? (Parts.MakeNetwork is null && Parts.Network is null ? Catalogue.Find(Options.Model).Name : network.GetType().Name);

    /// <summary>Random changes of the training images.</summary>
    public Augmentation Augmentation => Parts.Augmentation is { } steps ? new("own", "the program's own", steps) : Augmentation.Find(Options.Augmentation);

    /// <summary>The network: the program's, or a new one with its first weights.</summary>
    public Module Create()
    {
        if (Parts.Network is { } given)
            return given;
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
        ParameterGroup[] groups = [.. Parts.Groups?.Invoke(network) ?? []];
        foreach (var frozen in groups.Where(g => g.LearningRate == 0).SelectMany(g => g.Parameters))
            frozen.RequiresGrad = false;
        return NamedOptimizer.Of(network, groups, Options);
    }
}
