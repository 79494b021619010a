using Mekiki.Vision.Data;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Checks;

/// <summary>What a user should know of images before training on them, with what to do about it.</summary>
internal static class TrainingWarnings
{
    // Five images of a class say a little; fewer train and test nothing for sure.
    private const int Few = 5;
    private const int Imbalanced = 5;

    /// <summary>Images that are in two parts, labels that contradict each other, and classes that are rare or of one source; a sentence each.</summary>
    /// <param name="set">The images.</param>
    /// <param name="split">Their parts.</param>
    /// <param name="balance">What is done for rare classes already.</param>
    public static IReadOnlyList<string> Of(ImageSet set, Split split, Balance balance = Balance.None)
    {
        var hashes = EqualImages.Hashes(set);
        var notes = new List<string>();
        notes.AddRange(Shared(set, hashes, split.Train, "training", split.Test, "test"));
        notes.AddRange(Shared(set, hashes, split.Train, "training", split.Validation, "validation"));
        notes.AddRange(Shared(set, hashes, split.Validation, "validation", split.Test, "test"));
        if (set.IsMultiLabel)
        {
            // Of labels the other notes would be about their combinations.
            notes.AddRange(Rare(set, set.CountPerTarget(split.Train), "training images"));
            return notes;
        }

        notes.AddRange(Contradictions(set, hashes, split.Train));
        int[] counts = set.CountPerClass(split.Train);
        notes.AddRange(Rare(set, counts, "training images"));
        int most = Array.IndexOf(counts, counts.Max()), least = Array.IndexOf(counts, counts.Min());
        if (balance == Balance.None && counts[least] > 0 && counts[most] >= Imbalanced * counts[least])
            notes.Add($"Classes are imbalanced: {counts[most]:N0} images of {set.Classes[most]} train and {counts[least]:N0} of {set.Classes[least]}. Balanced accuracy counts all classes alike; --balance helps to learn the rare ones.");
        if (split.Groups is { } groups)
            notes.AddRange(OfOneGroup(set, groups));
        if (NameSeries.Note(set) is { } series)
            notes.Add(series);
        return notes;
    }

    /// <summary>Classes with so few images that figures of them say little.</summary>
    /// <param name="set">The images.</param>
    /// <param name="counts">Of each class or label, how many there are; classes without any are told elsewhere.</param>
    /// <param name="what">What is counted.</param>
    public static IEnumerable<string> Rare(ImageSet set, int[] counts, string what)
    {
        string[] rare = [.. Enumerable.Range(0, counts.Length).Where(c => counts[c] is > 0 and < Few).Select(c => $"{set.Targets[c]} ({counts[c]})")];
        if (rare.Length > 0)
            yield return $"{rare.Length:N0} {(rare.Length == 1 ? "class has" : "classes have")} fewer than {Few} {what}: {NameList.Of(rare)}. Figures of them say little. Add images, or leave these classes out.";
    }

    /// <summary>Classes of which all images belong together, so that they train or test, and never both.</summary>
    /// <param name="set">The images.</param>
    /// <param name="groups">Which belong together.</param>
    public static IEnumerable<string> OfOneGroup(ImageSet set, ImageGroups groups)
    {
        var first = new int[set.Classes.Count];
        var counts = new int[first.Length];
        var hasSeveral = new bool[first.Length];
        for (int i = 0; i < set.Count; i++)
        {
            int label = set.Labels[i];
            if (counts[label]++ == 0)
                first[label] = groups[i];
            hasSeveral[label] |= groups[i] != first[label];
        }

        string[] alone = [.. Enumerable.Range(0, counts.Length).Where(c => counts[c] > 1 && !hasSeveral[c]).Select(c => $"{set.Classes[c]} ({groups.Names[first[c]]})")];
        if (alone.Length > 0)
            yield return $"{alone.Length:N0} {(alone.Length == 1 ? "class has" : "classes have")} images of one group alone: {NameList.Of(alone)}. They train or they test, never both, and the network may learn the group in place of the class. Add images of other groups.";
    }

    private static IEnumerable<string> Shared(ImageSet set, UInt128[] hashes, int[] known, string knownName, int[] images, string name)
    {
        var seen = new Dictionary<UInt128, int>();
        foreach (int i in known)
            seen[hashes[i]] = i;
        int[] leaked = Array.FindAll(images, i => seen.ContainsKey(hashes[i]));
        if (leaked.Length > 0)
            yield return $"{leaked.Length:N0} of {images.Length:N0} {name} images {(leaked.Length == 1 ? "is" : "are")} also among the {knownName} images ({set.Names[leaked[0]]} = {set.Names[seen[hashes[leaked[0]]]]}): the figures will be too good. `mekiki data check` lists equal images; remove the copies, or keep them in one part by --group.";
    }

    private static IEnumerable<string> Contradictions(ImageSet set, UInt128[] hashes, int[] images)
    {
        var seen = new Dictionary<UInt128, int>();
        int count = 0;
        (int First, int Second) example = default;
        foreach (int i in images)
            if (!seen.TryAdd(hashes[i], i) && set.Labels[seen[hashes[i]]] != set.Labels[i] && count++ == 0)
                example = (seen[hashes[i]], i);
        if (count > 0)
            yield return $"{count:N0} training {(count == 1 ? "image equals" : "images equal")} one of another class ({set.Names[example.First]} = {set.Names[example.Second]}): one of both labels is wrong. `mekiki data check` lists them.";
    }
}
