using Mekiki.Files;

namespace Mekiki.Vision.Data;

/// <summary>The folders in which the images of a set lie.</summary>
/// <param name="name">The last folder's name, as it is written.</param>
internal sealed class FolderTree(string name)
{
    private const int LeastMost = 100_000, MostPerImage = 4, Few = 8;

    private readonly string written = name;
    private readonly List<FolderTree> folders = new(1);
    private Dictionary<string, FolderTree>? byName;

    /// <summary>The last folder's name, composed.</summary>
    public string Name { get; } = ComposedName.Of(name);

    /// <summary>The folders inside, in the order of their first images.</summary>
    public IReadOnlyList<FolderTree> Folders => folders;

    /// <summary>How many images lie in it, not deeper.</summary>
    public int Images { get; private set; }

    /// <summary>Whether images lie deeper alone.</summary>
    public bool HoldsFolders => Images == 0 && folders.Count > 0;

    /// <summary>What it means: the class of the images in it, their part; both null: none has been found.</summary>
    public (string? Class, SplitPart? Part, bool IsOutside) Meaning { get; private set; }

    /// <summary>Makes the tree of all images.</summary>
    /// <param name="names">Their paths, with <c>/</c>; neighbours may lie in one folder.</param>
    /// <param name="folderOf">Receives of each image its folder.</param>
    /// <exception cref="MekikiException">There are many more folders than images.</exception>
    public static FolderTree Of(IReadOnlyList<string> names, FolderTree[] folderOf)
    {
        var root = new FolderTree("");
        ReadOnlySpan<char> path = "";
        var folder = root;
        long made = 0, most = Math.Max(LeastMost, (long)MostPerImage * names.Count);
        for (int i = 0; i < names.Count; i++)
        {
            var own = names[i].AsSpan(0, Math.Max(0, names[i].LastIndexOf('/')));
            if (own.StartsWith("/"))
                own = own[1..];
            if (!own.SequenceEqual(path))
            {
                folder = root;
                if (own.Length > 0)
                    foreach (var part in own.Split('/'))
                        folder = folder.Inside(own[part], ref made);
                path = own;
                if (made > most)
                    throw new MekikiException($"Folders: expected at most {FileText.Number(most)} for {FileText.Number(names.Count)} images, got more. Put the images of a class into one folder.");
            }

            folder.Images++;
            folderOf[i] = folder;
        }

        return root;
    }

    private FolderTree Inside(ReadOnlySpan<char> part, ref long made)
    {
        if (byName is null)
        {
            foreach (var known in folders)
                if (part.SequenceEqual(known.written))
                    return known;
        }
        else if (byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(part, out var known))
            return known;
        var folder = new FolderTree(part.ToString());
        made++;
        folders.Add(folder);
        if (folders.Count > Few)
            (byName ??= folders.SkipLast(1).ToDictionary(f => f.written, StringComparer.Ordinal)).Add(folder.written, folder);
        return folder;
    }

    /// <summary>Gives all images in it and deeper a meaning.</summary>
    public void Mean(string? @class, SplitPart? part, bool isOutside = false)
    {
        Meaning = (@class, part, isOutside);
        foreach (var folder in folders)
            folder.Mean(@class, part, isOutside);
    }

    /// <summary>The folder at a path inside, or null.</summary>
    public FolderTree? At(string path)
    {
        FolderTree? folder = this;
        foreach (string part in path.Split('/'))
            folder = folder?.folders.Find(f => f.Name == ComposedName.Of(part));
        return folder;
    }
}
