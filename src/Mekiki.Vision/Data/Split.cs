using Mekiki.Vision.Options;

namespace Mekiki.Vision.Data;

/// <summary>Which images of a set train and which test, and by which of them choices are made; no image has two of these parts.</summary>
/// <example>
/// <code>
/// var split = Split.Stratified(set, seed: 0);     // four fifths train, one fifth tests
/// var trainer = new Trainer(set, split);
/// </code>
/// </example>
/// <param name="Train">Indices of training images, in random order.</param>
/// <param name="Test">Indices of test images, in random order.</param>
/// <param name="Notes">What the user should know, a sentence each.</param>
public sealed record Split(int[] Train, int[] Test, IReadOnlyList<string> Notes)
{
    /// <summary>Indices of training images, in random order.</summary>
    public int[] Train { get; init; } = Train ?? throw new ArgumentNullException(nameof(Train));

    /// <summary>Indices of test images, in random order.</summary>
    public int[] Test { get; init; } = Test ?? throw new ArgumentNullException(nameof(Test));

    /// <summary>What the user should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = Notes ?? throw new ArgumentNullException(nameof(Notes));

    private const ulong Purpose = 0x5350_4C49_5400_0001; // keeps the split's draws apart from other uses of a seed
    private const ulong ValidationPurpose = 0x5350_4C49_5400_0002;

    /// <summary>Indices of images that neither train nor test: what is chosen while training, such as the best epoch, is chosen by them. Empty: nothing is chosen.</summary>
    public int[] Validation { get; init; } = [];

    /// <summary>Groups of images of which none is in two parts; null: images were split one by one.</summary>
    public ImageGroups? Groups { get; init; }

    /// <summary>The indices of one part.</summary>
    public int[] Of(SplitPart part) => part switch
    {
        SplitPart.Train => Train,
        SplitPart.Validation => Validation,
        _ => Test,
    };

    /// <summary>Splits so that every class keeps its share in both parts.</summary>
    /// <param name="set">The images.</param>
    /// <param name="seed">Equal seeds give equal splits.</param>
    /// <param name="trainCount">How many images train; null: what <paramref name="testCount"/> leaves, or four fifths.</param>
    /// <param name="testCount">How many images test; null: all that do not train.</param>
    /// <remarks>
    /// Shares are rounded by largest remainder, so the counts are exact. A class with one image trains and is not tested;
    /// of two or more images at least one is on either side wherever the counts allow.
    /// </remarks>
    /// <exception cref="MekikiException">The counts do not fit the set.</exception>
    public static Split Stratified(ImageSet set, ulong seed, int? trainCount = null, int? testCount = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        var (train, test) = Counts(set, trainCount, testCount);
        var members = Members(set, seed);
        int[] sizes = Array.ConvertAll(members, m => m.Length);
        int[] limits = Array.ConvertAll(sizes, n => Math.Min(n, Math.Max(1, n - 1)));
        int[] trainShares = Shares(sizes, limits.Sum() >= train ? limits : sizes, train);
        int[] rest = new int[sizes.Length];
        for (int c = 0; c < sizes.Length; c++)
            rest[c] = sizes[c] - trainShares[c];
        int[] testShares = Shares(sizes, rest, test);

        var trainPart = new List<int>(train);
        var testPart = new List<int>(test);
        for (int c = 0; c < members.Length; c++)
        {
            trainPart.AddRange(members[c].AsSpan(0, trainShares[c]));
            testPart.AddRange(members[c].AsSpan(trainShares[c], testShares[c]));
        }

        var generator = new Generator(seed, Purpose, ulong.MaxValue);
        int[] trainOrder = [.. trainPart], testOrder = [.. testPart];
        generator.Shuffle(trainOrder.AsSpan());
        generator.Shuffle(testOrder.AsSpan());
        return new Split(trainOrder, testOrder, NotesOf(set, sizes, trainShares, testShares));
    }

    /// <summary>Splits so that no group is in two parts, and every class keeps its share in both as well as the groups allow.</summary>
    /// <param name="set">The images.</param>
    /// <param name="groups">Their groups.</param>
    /// <param name="seed">Equal seeds give equal splits.</param>
    /// <param name="trainCount">How many images train; null: what <paramref name="testCount"/> leaves, or four fifths.</param>
    /// <param name="testCount">How many images test; null: all that do not train.</param>
    /// <remarks>The counts are met as nearly as whole groups allow.</remarks>
    /// <exception cref="MekikiException">The counts do not fit the set, or a part would be empty.</exception>
    public static Split Grouped(ImageSet set, ImageGroups groups, ulong seed, int? trainCount = null, int? testCount = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(groups);
        var (train, test) = Counts(set, trainCount, testCount);
        int[] all = [.. Enumerable.Range(0, set.Count)];
        var parts = GroupedParts.Deal(set, groups, all, [train, test, set.Count - train - test], seed);
        return OfParts(set, groups, seed, parts[0], parts[1]);
    }

    /// <summary>Splits by one random permutation, without regard to classes: the first counts of PyTorch's <c>random_split</c>, as in the chapter.</summary>
    /// <inheritdoc cref="Stratified" path="/param"/>
    /// <inheritdoc cref="Stratified" path="/exception"/>
    public static Split Random(ImageSet set, ulong seed, int? trainCount = null, int? testCount = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        var (train, test) = Counts(set, trainCount, testCount);
        var order = new int[set.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        new Generator(seed, Purpose).Shuffle(order.AsSpan());
        return new Split(order[..train], order[train..(train + test)], []);
    }

    /// <summary>The split that the set itself has, each part in the set's order; null: it has none.</summary>
    /// <remarks>
    /// Folders say it, such as <c>train/あ/1.png</c> and <c>test/あ/2.png</c>, or the list that gives the classes, or of sets without
    /// files the names of images. Also known are the words training, testing and t10k (MNIST's), and val, valid and validation, whose
    /// images test when there is no <c>test</c>.
    /// </remarks>
    public static Split? OwnOf(ImageSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if ((set.Findings is { } findings ? findings.Parts?.Select(p => (SplitPart?)p).ToArray() : PartFolders.Of(set.Names, PartFolders.WrapperLength(set.Names))) is not { } parts)
            return null;
        int[] train = Indices(SplitPart.Train), validation = Indices(SplitPart.Validation), test = Indices(SplitPart.Test);
        if (test.Length == 0)
            (test, validation) = (validation, []);
        return new Split(train, test, NotesOf(set, set.CountPerClass(), set.CountPerClass(train), set.CountPerClass(test))) { Validation = validation };

        int[] Indices(SplitPart part) => [.. Enumerable.Range(0, parts.Length).Where(i => parts[i] == part)];
    }

    /// <summary>What the user should know of a split that the set itself has.</summary>
    public static string OwnNote(ImageSet set, Split own)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(own);
        return $"{set.Source} says itself which images test: {own.Test.Length:N0} of {set.Count:N0}.";
    }

    /// <summary>One of several splits of which each image tests exactly once (cross-validation): every class keeps its share, and sizes differ by one at most.</summary>
    /// <param name="set">The images.</param>
    /// <param name="seed">Equal seeds give equal splits.</param>
    /// <param name="fold">Which of how many.</param>
    /// <param name="groups">Groups of images that stay together; then sizes and shares are met as nearly as whole groups allow. Null: none.</param>
    /// <exception cref="MekikiException">There are fewer images or groups than folds.</exception>
    public static Split OfFold(ImageSet set, ulong seed, Fold fold, ImageGroups? groups = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (groups is not null && groups.Count < fold.Of)
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Fold))}: expected at most {groups.Count:N0} folds, got {fold.Of:N0}. {set.Source} holds {groups.Count:N0} groups, and each fold must have one.");
        if (set.Count < fold.Of)
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Fold))}: expected at most {set.Count:N0} folds, got {fold.Of:N0}. {set.Source} holds {set.Count:N0} images, and each fold must have one.");
        if (groups is not null)
        {
            int[] all = [.. Enumerable.Range(0, set.Count)], equal = new int[fold.Of];
            for (int i = 0; i < equal.Length; i++)
                equal[i] = set.Count / fold.Of + (i < set.Count % fold.Of ? 1 : 0);
            var folds = GroupedParts.Deal(set, groups, all, equal, seed);
            var tested = folds[fold.Number - 1];
            return OfParts(set, groups, seed, [.. folds.Where(f => f != tested).SelectMany(f => f).Order()], tested);
        }

        var members = Members(set, seed);
        int[] sizes = Array.ConvertAll(members, m => m.Length), train = new int[sizes.Length], test = new int[sizes.Length];
        List<int> trainPart = [], testPart = [];
        // Counting on from class to class keeps the folds equally large.
        int place = 0;
        for (int c = 0; c < members.Length; c++)
            foreach (int image in members[c])
            {
                bool tests = place++ % fold.Of == fold.Number - 1;
                (tests ? testPart : trainPart).Add(image);
                (tests ? test : train)[c]++;
            }

        var generator = new Generator(seed, Purpose, ulong.MaxValue);
        int[] trainOrder = [.. trainPart], testOrder = [.. testPart];
        generator.Shuffle(trainOrder.AsSpan());
        generator.Shuffle(testOrder.AsSpan());
        return new Split(trainOrder, testOrder, NotesOf(set, sizes, train, test));
    }

    /// <summary>The same split, with a part of its training images as the validation set; every class keeps its share, and <see cref="Groups"/> stay together.</summary>
    /// <param name="set">The images.</param>
    /// <param name="seed">Equal seeds give equal parts.</param>
    /// <param name="count">How many images, 1 to less than those that train.</param>
    /// <exception cref="MekikiException">The count does not fit.</exception>
    public Split WithValidation(ImageSet set, ulong seed, int count)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (count < 1 || count >= Train.Length)
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Validation))}: expected 1 to {Train.Length - 1:N0} of the {Train.Length:N0} images that train, got {count:N0}. At least one must be left to train.");
        if (Groups is not null)
        {
            int[] ordered = [.. Train.Order()];
            var dealt = GroupedParts.Deal(set, Groups, ordered, [Train.Length - count, count], seed + 1);
            if (dealt[0].Count == 0 || dealt[1].Count == 0)
                throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Validation))}: expected groups that both parts can have, got {Train.Select(i => Groups[i]).Distinct().Count():N0} groups for {Train.Length:N0} images. Leave it out, or give a pattern with more groups.");
            var validates = dealt[1].ToHashSet();
            return this with { Train = [.. Train.Where(i => !validates.Contains(i))], Validation = [.. Train.Where(validates.Contains)] };
        }

        var members = new List<int>[set.Classes.Count];
        for (int c = 0; c < members.Length; c++)
            members[c] = [];
        foreach (int image in Train)
            members[set.Labels[image]].Add(image);
        int[] sizes = Array.ConvertAll(members, m => m.Count);
        int[] limits = Array.ConvertAll(sizes, n => Math.Max(0, n - 1));
        int[] shares = Shares(sizes, limits.Sum() >= count ? limits : sizes, count);
        var chosen = new HashSet<int>();
        for (int c = 0; c < members.Length; c++)
        {
            int[] order = [.. members[c]];
            new Generator(seed, ValidationPurpose, (ulong)c).Shuffle(order.AsSpan());
            chosen.UnionWith(order[..shares[c]]);
        }

        return this with { Train = [.. Train.Where(i => !chosen.Contains(i))], Validation = [.. Train.Where(chosen.Contains)] };
    }

    /// <summary>A sentence about groups with images in two parts, which make the figures better than they will be on new groups.</summary>
    /// <param name="groups">The groups of the set's images.</param>
    public string Straddling(ImageGroups groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var trained = Train.Select(i => groups[i]).ToHashSet();
        int tested = Test.Select(i => groups[i]).Distinct().Count(), both = Test.Select(i => groups[i]).Where(trained.Contains).Distinct().Count();
        return both == 0 ? $"No group has images both in the training part and in the test part ({tested:N0} groups test)."
            : $"{both:N0} of the {tested:N0} groups that test also have images in the training part: the figures are better than they will be on new groups.";
    }

    // Each part in random order.
    private static Split OfParts(ImageSet set, ImageGroups groups, ulong seed, List<int> train, List<int> test)
    {
        if (train.Count == 0 || test.Count == 0)
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Group))}: expected groups that both parts can have, got {groups.Count:N0} groups for {set.Count:N0} images. Give other counts, or a pattern with more groups.");
        var generator = new Generator(seed, Purpose, ulong.MaxValue);
        int[] trainOrder = [.. train], testOrder = [.. test];
        generator.Shuffle(trainOrder.AsSpan());
        generator.Shuffle(testOrder.AsSpan());
        return new Split(trainOrder, testOrder, [groups.Describe(), .. NotesOf(set, set.CountPerClass(), set.CountPerClass(trainOrder), set.CountPerClass(testOrder))]) { Groups = groups };
    }

    private static (int Train, int Test) Counts(ImageSet set, int? trainCount, int? testCount)
    {
        int count = set.Count;
        if (trainCount is < 1 || trainCount >= count)
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Train))}: expected 1 to {count - 1:N0}, got {trainCount:N0}. {set.Source} holds {count:N0} images, and at least one must be left to test.");
        if (testCount is < 1 || testCount >= count)
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Test))}: expected 1 to {count - 1:N0}, got {testCount:N0}. {set.Source} holds {count:N0} images, and at least one must be left to train.");
        if (trainCount + testCount > count)
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Train))} and {DataOptions.TermOf(nameof(DataOptions.Test))}: expected at most {count:N0} images together, got {trainCount:N0} + {testCount:N0}. {set.Source} holds no more; lower one of them.");
        if (count < 2)
            throw new MekikiException($"{set.Source}: expected 2 images or more to split, got {count}. Add images.");
        int train = trainCount ?? (testCount is { } t ? count - t : Math.Clamp((int)(count * 0.8 + 0.5), 1, count - 1));
        return (train, testCount ?? count - train);
    }

    /// <summary>Of each class, its images in random order; a class's order depends on the seed and the class alone.</summary>
    private static int[][] Members(ImageSet set, ulong seed)
    {
        int[] sizes = set.CountPerClass(), filled = new int[sizes.Length];
        int[][] members = Array.ConvertAll(sizes, n => new int[n]);
        for (int i = 0; i < set.Count; i++)
            members[set.Labels[i]][filled[set.Labels[i]]++] = i;
        for (int c = 0; c < members.Length; c++)
            new Generator(seed, Purpose, (ulong)c).Shuffle(members[c].AsSpan());
        return members;
    }

    /// <summary>Divides <paramref name="total"/> among classes in proportion to their sizes, at least one where there is room, none above <paramref name="limits"/>.</summary>
    private static int[] Shares(int[] sizes, int[] limits, int total)
    {
        long all = 0;
        foreach (int size in sizes)
            all += size;
        var shares = new int[sizes.Length];
        var remainders = new double[sizes.Length];
        int given = 0;
        for (int c = 0; c < sizes.Length; c++)
        {
            double exact = (double)total * sizes[c] / all;
            shares[c] = Math.Min(limits[c], Math.Max((int)exact, 1));
            remainders[c] = exact - shares[c];
            given += shares[c];
        }

        // Largest remainder first; among equals the first class. Too many given: the smallest remainder gives back.
        while (given != total)
        {
            int step = given < total ? 1 : -1, chosen = -1;
            for (int c = 0; c < sizes.Length; c++)
                if ((step > 0 ? shares[c] < limits[c] : shares[c] > 0)
                    && (chosen < 0 || step * remainders[c] > step * remainders[chosen]))
                    chosen = c;
            shares[chosen] += step;
            remainders[chosen] -= step;
            given += step;
        }

        return shares;
    }

    private static List<string> NotesOf(ImageSet set, int[] sizes, int[] train, int[] test)
    {
        var notes = new List<string>();
        Add("one image only", c => sizes[c] == 1, "Add images.");
        Add("no image to train on", c => train[c] == 0, "Train on more images.");
        Add("no image to test on", c => test[c] == 0 && sizes[c] > 1, "Test on more images.");
        return notes;

        void Add(string what, Func<int, bool> concerned, string remedy)
        {
            string[] classes = [.. Enumerable.Range(0, sizes.Length).Where(concerned).Select(c => set.Classes[c])];
            if (classes.Length > 0)
                notes.Add($"{classes.Length:N0} {(classes.Length == 1 ? "class has" : "classes have")} {what}: {NameList.Of(classes)}. {remedy}");
        }
    }
}
