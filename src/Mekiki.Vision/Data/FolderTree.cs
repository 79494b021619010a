namespace Mekiki.Vision.Data;

/// <summary>The folders in which the images of a set lie.</summary>
/// <param name="name">The last folder's name, composed.</param>
internal sealed class FolderTree(string name)
{
    private readonly List<FolderTree> folders = [];

    public string Name { get; } = name;

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
    public static FolderTree Of(IReadOnlyList<string> names, FolderTree[] folderOf)
    {
        var root = new FolderTree("");
        var known = new Dictionary<string, FolderTree>(StringComparer.Ordinal) { [""] = root };
        string path = "";
        var folder = root;
        for (int i = 0; i < names.Count; i++)
        {
            int slash = names[i].LastIndexOf('/');
            if (slash < 0 ? path.Length > 0 : !names[i].AsSpan(0, slash).SequenceEqual(path))
            {
                path = slash < 0 ? "" : names[i][..slash];
                folder = Find(path);
            }

            folder.Images++;
            folderOf[i] = folder;
        }

        return root;

        FolderTree Find(string path)
        {
            if (known.TryGetValue(path, out var found))
                return found;
            int slash = path.LastIndexOf('/');
            found = new FolderTree(ComposedName.Of(path[(slash + 1)..]));
            Find(slash < 0 ? "" : path[..slash]).folders.Add(found);
            return known[path] = found;
        }
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
