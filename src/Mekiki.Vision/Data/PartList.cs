using Mekiki.Vision.Options;

namespace Mekiki.Vision.Data;

/// <summary>Which folder is which part: <c>train=seg_train,test=seg_test</c>.</summary>
/// <param name="Folders">Each with its part; a part may have several.</param>
internal sealed record PartList(IReadOnlyList<(SplitPart Part, string Folder)> Folders)
{
    /// <summary>What it is, for messages.</summary>
    public const string Expected = "parts and their folders, such as train=a,test=b";

    /// <exception cref="MekikiException">It is none.</exception>
    public static PartList Parse(string text)
    {
        var folders = new List<(SplitPart, string)>();
        foreach (string item in text.Split(','))
        {
            int equal = item.IndexOf('=');
            string folder = equal < 0 ? "" : item[(equal + 1)..].Trim().Replace('\\', '/').Trim('/');
            if (equal < 0 || folder.Length == 0 || PartNames.Whole(item.AsSpan(0, equal).Trim()) is not { } part)
                throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Parts))}: expected {Expected}, with train, validation and test, got '{text}'.");
            folders.Add((part, folder));
        }

        return new(folders);
    }

    public override string ToString() => string.Join(',', Folders.Select(f => $"{f.Part.ToString().ToLowerInvariant()}={f.Folder}"));
}
