namespace Mekiki.Vision.Data;

/// <summary>The words by which folders, and columns of lists, name parts of the data.</summary>
internal static class PartNames
{
    private static readonly string[]
        train = ["train", "training", "trainset", "trn"],
        test = ["test", "testing", "testset", "tst", "t10k"],
        validation = ["val", "valid", "validation", "valset", "dev"];

    /// <summary>The part whose word this is, or null.</summary>
    public static SplitPart? Whole(ReadOnlySpan<char> name) =>
        Has(train, name) ? SplitPart.Train : Has(test, name) ? SplitPart.Test : Has(validation, name) ? SplitPart.Validation : null;

    /// <summary>The part whose word stands in a name, such as <c>seg_train</c>, <c>training_set</c> or <c>TestImages</c>; null: none, or two.</summary>
    public static SplitPart? In(string name)
    {
        SplitPart? found = Whole(name);
        if (found is not null)
            return found;
        for (int at = 0; at < name.Length;)
        {
            int end = at + 1;
            while (end < name.Length && char.IsLetterOrDigit(name[end]) && char.IsLetterOrDigit(name[end - 1]) && !(char.IsUpper(name[end]) && char.IsLower(name[end - 1])))
                end++;
            if (Whole(name.AsSpan(at, end - at)) is { } part)
            {
                if (found is not null && found != part)
                    return null;
                found = part;
            }

            at = end;
        }

        return found;
    }

    private static bool Has(string[] words, ReadOnlySpan<char> name)
    {
        foreach (string word in words)
            if (name.Equals(word, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
