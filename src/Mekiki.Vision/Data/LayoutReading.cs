using Mekiki.Vision.Options;

namespace Mekiki.Vision.Data;

/// <summary>Finds out which folders are classes, and which are parts of the data.</summary>
/// <remarks>
/// Folders around all others mean nothing. Of what lies inside them, the outermost folders are the classes, unless their names say parts
/// and their contents do not contradict: then the folders inside them are. Contents alone, most sub-folders having the same names, may
/// mean either, and so the user is asked.
/// </remarks>
internal sealed class LayoutReading
{
    private const int MostNamed = 5;

    private static readonly string[] wrappers = ["images", "image", "imgs", "img", "data"];

    private readonly string source;
    private readonly FolderTree root, whole;
    private readonly IReadOnlyList<FolderTree> tops;

    private LayoutReading(string source, FolderTree whole)
    {
        (this.source, this.whole, root) = (source, whole, whole);
        while (root.Folders is [var only] && only.HoldsFolders)
            root = only;
        tops = root.Folders;
    }

    /// <summary>Gives each folder its meaning.</summary>
    /// <returns>How it was recognized, a sentence without its full stop; and whether the outermost folders are parts.</returns>
    /// <exception cref="MekikiException">They can be read in two ways, or not as the options say.</exception>
    public static (string Words, bool HasOuterParts) Of(string source, FolderTree whole, FolderLayout layout, string? parts)
    {
        var reading = new LayoutReading(source, whole);
        return parts is not null ? reading.AsGiven(PartList.Parse(parts)) : layout switch
        {
            FolderLayout.Classes => reading.AsClasses(),
            FolderLayout.Parts => reading.AsParts([.. reading.tops], "the outermost folders are parts, as was said"),
            _ => reading.Guess(),
        };
    }

    private (string, bool) Guess()
    {
        if (tops.Count < 2)
            return AsClasses();
        FolderTree[] holders = [.. tops.Where(t => Inner(t).Folders.Count > 0)];
        FolderTree[] train = [.. holders.Where(t => PartNames.In(t.Name) == SplitPart.Train)];
        FolderTree[] others = [.. holders.Where(t => PartNames.In(t.Name) is not (null or SplitPart.Train))];
        FolderTree[] rest = [.. tops.Except(train).Except(others)];
        bool areWords = tops.All(t => PartNames.Whole(t.Name) is not null), isWord = train.Any(t => PartNames.Whole(t.Name) is not null);
        // Parts whose images have no class, such as those of a competition.
        bool hasUnlabelled = isWord && rest.Any(t => PartNames.Whole(t.Name) is not null);
        if (train.Length > 0 && (others.Length > 0 || hasUnlabelled))
        {
            var known = ClassesIn(train);
            bool agree = others.All(o => IsMostlyIn(ClassesIn([o]), known)), any = others.Any(o => ClassesIn([o]).Overlaps(known));
            bool isSure = areWords || (hasUnlabelled && known.Count > 1) || known.Intersect(others.SelectMany(o => ClassesIn([o]))).Count() > 1;
            if (agree && (isSure || rest.Length == 0) && !rest.Any(r => holders.Contains(r) && IsMostlyIn(ClassesIn([r]), known)))
                return AsParts([.. train, .. others], "the names of folders say parts");
            if (any || areWords)
                throw TwoWays(known);
        }
        else if (areWords && tops.Select(t => PartNames.Whole(t.Name)).Distinct().Count() > 1)
            throw TwoWays(ClassesIn(holders));

        if (isWord && ClassesIn(train) is { Count: > 1 } inner && holders.Length < tops.Count)
            throw TwoWays(inner);
        if (holders.Length < tops.Count || tops.Any(t => t.Images > 0))
            return AsClasses();
        HashSet<string> all = ClassesIn(holders), shared = new(all);
        foreach (var holder in holders)
            shared.IntersectWith(ClassesIn([holder]));
        if (all.All(name => PartNames.Whole(name) is not null) && all.Any(name => PartNames.Whole(name) == SplitPart.Train) && all.Select(name => PartNames.Whole(name)).Distinct().Count() > 1)
            return AsClassesOfParts();
        return shared.Count > 1 && shared.Count * 2 >= all.Count ? throw TwoWays(shared) : AsClasses();
    }

    private (string, bool) AsClasses()
    {
        foreach (var top in tops)
            top.Mean(ClassLayout.ClassName(top.Name), null);
        return ("each folder is a class", false);
    }

    // cat/train/1.png
    private (string, bool) AsClassesOfParts()
    {
        foreach (var top in tops)
            foreach (var part in top.Folders)
                part.Mean(ClassLayout.ClassName(top.Name), PartNames.Whole(part.Name));
        return ("each folder is a class, and holds folders of parts", false);
    }

    private (string, bool) AsParts(FolderTree[] parts, string why)
    {
        foreach (var top in tops)
            if (parts.Contains(top))
                Take(top, PartNames.In(top.Name));
            else
                top.Mean(null, null, isOutside: true);
        return ($"{why} ({string.Join(", ", parts.Select(p => p.Name))}), and the folders in them are the classes", true);
    }

    private (string, bool) AsGiven(PartList list)
    {
        root.Mean(null, null, isOutside: true);
        foreach (var (part, name) in list.Folders)
        {
            var folder = root.At(name) ?? whole.At(name)
                ?? throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Parts))}: expected folders of {source}, got {name}, in which no image lies. It has {Some(tops.Select(t => t.Name))}.");
            Take(folder, part);
        }

        return ($"parts were given: {list}", true);
    }

    private static void Take(FolderTree folder, SplitPart? part)
    {
        folder.Mean(null, part);
        foreach (var inside in Inner(folder).Folders)
            inside.Mean(ClassLayout.ClassName(inside.Name), part);
    }

    // seg_train/seg_train, and train/images where classes lie in it.
    private static FolderTree Inner(FolderTree folder)
    {
        while (folder.Folders is [var only] && folder.Images == 0
            && (only.Name.Equals(folder.Name, StringComparison.OrdinalIgnoreCase) || (only.HoldsFolders && (PartNames.In(only.Name) is not null || wrappers.Contains(only.Name, StringComparer.OrdinalIgnoreCase)))))
            folder = only;
        return folder;
    }

    private static HashSet<string> ClassesIn(IEnumerable<FolderTree> folders) => new(folders.SelectMany(f => Inner(f).Folders.Select(c => ClassLayout.ClassName(c.Name))), StringComparer.Ordinal);

    private static bool IsMostlyIn(HashSet<string> names, HashSet<string> others) => names.Count > 0 && names.Count(others.Contains) * 2 >= names.Count;

    private MekikiException TwoWays(HashSet<string> inner) => Wording.Exception(
        $"{source}: expected folders that can be read in one way, got two ways: {Some(tops.Select(t => t.Name))} are the classes; or they are parts of the data{(inner.Count > 0 ? $", and the folders in them are the classes: {Some(inner)}" : ", and lack folders of classes")}. Set {LayoutTerm} to classes for the first, to parts for the second, or say by {PartsTerm} which is which: train={tops[0].Name},test={tops[^1].Name}.");

    private static Term LayoutTerm => DataOptions.Table[nameof(DataOptions.Layout)].Mention;

    private static Term PartsTerm => DataOptions.Table[nameof(DataOptions.Parts)].Mention;

    private static string Some(IEnumerable<string> names)
    {
        string[] all = [.. names.Order(NaturalOrder.Instance)];
        return string.Join(", ", all.Take(MostNamed).Select(PrintedName.Of)) + (all.Length > MostNamed ? $" and {all.Length - MostNamed:N0} more" : "");
    }
}
