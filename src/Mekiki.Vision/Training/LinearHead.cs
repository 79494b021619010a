using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Training;

/// <summary>A pretrained network with a last layer for a set's own classes, which was learnt at once from the network's features: a good recognizer after seconds.</summary>
/// <remarks>
/// The last layer is a multinomial logistic regression on standardized features, with the regularization that cross-validation chooses, or what <see cref="HeadKind"/> names; the
/// other weights stay. Donahue et al., "DeCAF: A Deep Convolutional Activation Feature for Generic Visual Recognition", 2013, arXiv:1310.1531;
/// Kornblith, Shlens, Le, "Do Better ImageNet Models Transfer Better?", 2018, arXiv:1805.08974. The same images, network and seed give the same bits.
/// </remarks>
/// <example>
/// <code>
/// var head = LinearHead.Fit(Recognizer.Load("pretrained.safetensors"), set, split);
/// head.Recognizer.Save("photos.safetensors");
/// </code>
/// </example>
/// <param name="Recognizer">The network with the new last layer, the set's classes, and the network's own preprocessing in the set's size.</param>
/// <param name="Accuracy">The share of right answers in cross-validation on the training images, in [0, 1]; of images with any number of labels, of those with exactly the right ones.</param>
/// <param name="Decay">The number that was chosen: of a logistic regression λ of the mean loss + λ/2 |W|²; see <see cref="Chosen"/>.</param>
/// <param name="Computed">Images whose features were computed; those of the others were known.</param>
/// <param name="Notes">What the user should know, a sentence each.</param>
public sealed record LinearHead(Recognizer Recognizer, double Accuracy, double Decay, int Computed, IReadOnlyList<string> Notes)
{
    private const ulong FoldPurpose = 0x464F_4C44_5300_0001;
    private const int MostFolds = 5;

    // More multiplications than this, and one fold says enough.
    private const double MostProducts = 3e8;

    /// <summary>The network with the new last layer, the set's classes, and the network's own preprocessing in the set's size.</summary>
    public Recognizer Recognizer { get; init; } = Recognizer ?? throw new ArgumentNullException(nameof(Recognizer));

    /// <summary>What was learnt on the features.</summary>
    public HeadKind Kind { get; init; }

    /// <summary>The number that cross-validation chose, with what it is: <c>regularization 0.3</c>, <c>C 1</c>, <c>5 neighbours</c>.</summary>
    public string Chosen { get; init; } = FormattableString.Invariant($"regularization {Decay}");

    /// <summary>What the user should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = Notes ?? throw new ArgumentNullException(nameof(Notes));

    /// <summary>Computes the features of the training images, and learns the last layer from them.</summary>
    /// <param name="pretrained">A recognizer of other classes whose network has features (<see cref="IHasFeatures"/>).</param>
    /// <param name="set">The images, of two classes or more, in the colours that the network takes.</param>
    /// <param name="split">Whose training images are learnt from; those of a group are in one fold.</param>
    /// <param name="options">Seed, threads, and where features are kept; null: the usual.</param>
    /// <param name="progress">Told for how many images the features are known; null: nobody looks.</param>
    /// <param name="cancellation">Stops it between batches; features that were computed are kept.</param>
    /// <exception cref="MekikiException">The network has no features or cannot take images of this size, or there are too few images.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LinearHead Fit(Recognizer pretrained, ImageSet set, Split split, LinearHeadOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(split);
        options ??= new();
        if (options.Kind == HeadKind.Neighbours && split.Train.Length > NeighbourNetwork.MostKnown)
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(TrainOptions.Head))}: expected at most {NeighbourNetwork.MostKnown:N0} training images, all of which the model file of nearest neighbours keeps, got {split.Train.Length:N0}. Learn a logistic regression, or lower {DataOptions.TermOf(nameof(DataOptions.Train))}.");
        if (set.Classes.Count < 2 || split.Train.Length < 2)
            throw new MekikiException($"{set.Source}: expected 2 classes or more, and 2 training images or more, got {set.Classes.Count} and {split.Train.Length:N0}. Add images.");
        if (set.IsMultiLabel && options.Kind != HeadKind.Logistic)
            throw Wording.Exception($"{TrainOptions.TermOf(nameof(TrainOptions.Head))}: expected logistic regression for images of any number of labels ({set.Source}), got {options.Kind}. Leave it out.");
        var preprocessing = PreprocessingOf(pretrained, set);
        var network = NewHead.Make(pretrained, preprocessing.Input, set.Targets.Count, options.Seed);
        network.Eval();
        var cache = new FeatureCache(options.CacheFolder ?? Path.Combine(Folders.Cache, "features"));
        float[] features = cache.Of((IHasFeatures)network, pretrained.WeightsSha256, set, split.Train, preprocessing, options.Threads, progress, cancellation);
        int[] labels = Array.ConvertAll(split.Train, i => set.Labels[i]);
        int length = features.Length / labels.Length, classes = set.Targets.Count;
        var learner = HeadLearner.Of(options.Kind, options.Seed, set.Table);
        var (setting, accuracy, held) = Choose(learner, features, labels, classes, set.Table, FoldsOf(split, labels, (double)features.Length * classes, options.Seed), cancellation);
        if (options.Kind == HeadKind.Neighbours)
            network = new NeighbourNetwork(network, pretrained.Card.Model, preprocessing.Input, new NeighbourVotes(features, labels, classes), (int)setting);
        else
        {
            var (weight, bias) = NewHead.Of(network, classes, length);
            var learnt = learner is SvmLearner svm ? svm.Fit(features, labels, classes, setting, cancellation) : LogisticRegression.Fit(features, labels, classes, setting, null, cancellation, set.Table);
            // Margins are no logits; with a factor their softmax is honest on what was held out.
            float factor = learner is SvmLearner ? Temperature.Fit(held.Scores, held.Labels, classes) : 1;
            weight.CopyFrom(factor == 1 ? learnt.Weight : learnt.Weight * factor);
            bias?.CopyFrom(factor == 1 ? learnt.Bias : learnt.Bias * factor);
        }

        network.Eval();
        var card = new ModelCard(pretrained.Card.Model, set.Targets, preprocessing) { IsMultiLabel = set.IsMultiLabel, Data = set.Source, DataFingerprint = set.Fingerprint };
        return new(new Recognizer(network, card), accuracy, setting, cache.Computed, cache.Warning is { } warning ? [warning] : []) { Kind = options.Kind, Chosen = FormattableString.Invariant(learner.Told(setting)) };
    }

    /// <summary>Whether a network takes images of any size, as those do that end with a mean over all pixels.</summary>
    /// <param name="recognizer">The network.</param>
    /// <exception cref="MekikiException">The network refuses its own input, too.</exception>
    public static bool TakesAnySize(Recognizer recognizer)
    {
        const int More = 32;
        ArgumentNullException.ThrowIfNull(recognizer);
        var input = recognizer.Preprocessing.Input;
        return NewHead.Takes(recognizer.Network, input with { Height = input.Height + More }, recognizer.Classes.Count);
    }

    /// <summary>The network's own preprocessing for a set: its colours, mean and deviation in the set's size, if the network takes that.</summary>
    internal static Preprocessing PreprocessingOf(Recognizer pretrained, ImageSet set)
    {
        var input = InputFor(pretrained, set.Seen);
        var told = pretrained.Preprocessing;
        if (set.Shape.Channels < told.Channels)
            throw new MekikiException($"{set.Source}: expected images with {told.Channels} channels, which the network takes, got grey ones. Open them with 3 channels.");
        return new Preprocessing(told.Channels, input.Height, input.Width, told.Invert, told.Mean, told.Deviation).FramedAs(set);
    }

    // Of a network that takes any size, the set's; much smaller images are enlarged to half the network's own side.
    private static ImageShape InputFor(Recognizer pretrained, ImageShape data)
    {
        const double LeastShare = 0.25;
        var own = pretrained.Preprocessing.Input;
        if ((data.Height, data.Width) == (own.Height, own.Width) || !TakesAnySize(pretrained))
            return own;
        double factor = Math.Sqrt(LeastShare * own.Height * own.Width / ((double)data.Height * data.Width));
        return factor <= 1 ? data : data with { Height = (int)(data.Height * factor + 0.5), Width = (int)(data.Width * factor + 0.5) };
    }

    // The setting with the most right answers, of equal ones the simplest; and its scores of what was held out.
    private static (double Setting, double Accuracy, (float[] Scores, int[] Labels) Held) Choose(HeadLearner learner, float[] features, int[] labels, int classes, LabelTable? table, int[] folds, CancellationToken cancellation)
    {
        int length = features.Length / labels.Length, count = folds.Max() + 1, tried = folds.Count(f => f >= 0);
        var correct = new int[learner.Settings.Count];
        List<float>[] scores = [.. learner.Settings.Select(_ => new List<float>())];
        List<int> answers = [];
        for (int fold = 0; fold < count; fold++)
        {
            int[] train = [.. Enumerable.Range(0, labels.Length).Where(i => folds[i] != fold)], test = [.. Enumerable.Range(0, labels.Length).Where(i => folds[i] == fold)];
            if (train.Length == 0 || test.Length == 0)
                continue;
            int[] own = Array.ConvertAll(train, i => labels[i]), asked = Array.ConvertAll(test, i => labels[i]);
            answers.AddRange(asked);
            long[] wanted = Array.ConvertAll(asked, a => (long)a);
            int setting = 0;
            foreach (float[] held in learner.Scores(Rows(train), own, classes, Rows(test), cancellation))
            {
                scores[setting].AddRange(held);
                correct[setting++] += table?.CountCorrect(held, wanted) ?? Evaluator.CountCorrect(held, classes, wanted);
            }
        }

        int best = Array.IndexOf(correct, correct.Max());
        return (learner.Settings[best], (double)correct[best] / tried, ([.. scores[best]], [.. answers]));

        float[] Rows(int[] images)
        {
            var rows = new float[images.Length * length];
            for (int i = 0; i < images.Length; i++)
                Array.Copy(features, images[i] * length, rows, i * length, length);
            return rows;
        }
    }

    // The fold of each image, -1: it is in none. Of a class or of groups each fold has as many.
    private static int[] FoldsOf(Split split, int[] labels, double products, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, labels.Length)];
        new Generator(seed, FoldPurpose).Shuffle(order.AsSpan());
        var folds = new int[labels.Length];
        int at = 0, most = Math.Min(MostFolds, labels.Length);
        if (split.Groups is { } groups)
        {
            var ofGroup = new Dictionary<int, int>();
            foreach (int i in order)
                folds[i] = ofGroup.TryGetValue(groups[split.Train[i]], out int fold) ? fold : ofGroup[groups[split.Train[i]]] = at++ % most;
        }
        else
            foreach (int i in order.OrderBy(i => labels[i]))
                folds[i] = at++ % most;
        return products > MostProducts ? Array.ConvertAll(folds, f => f == 0 ? 0 : -1) : folds;
    }
}

/// <summary>How a <see cref="LinearHead"/> is learnt.</summary>
/// <example>
/// <code>
/// var head = LinearHead.Fit(Recognizer.Load("pretrained.safetensors"), set, split, new LinearHeadOptions { Seed = 1, CacheFolder = "features" });
/// </code>
/// </example>
public sealed record LinearHeadOptions
{
    /// <summary>What is learnt on the features.</summary>
    /// <exception cref="MekikiException">There is no such value.</exception>
    public HeadKind Kind { get; init => field = Enum.IsDefined(value) ? value : throw new MekikiException($"Kind: expected one of {string.Join(", ", Enum.GetNames<HeadKind>())}, got {value}."); }

    /// <summary>Seed of the folds of the cross-validation.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many threads prepare images, 0 or more; 0: one for each processor. The result does not depend on it.</summary>
    /// <exception cref="MekikiException">It is negative.</exception>
    public int Threads { get; init => field = value >= 0 ? value : throw new MekikiException($"Threads: expected 0 or more, got {value}."); }

    /// <summary>Where features are kept; null: <c>features</c> in <see cref="Folders.Cache"/>.</summary>
    public string? CacheFolder { get; init; }
}
