namespace Mekiki.Vision.Data;

/// <summary>How the folders of a set are read.</summary>
public enum FolderLayout
{
    /// <summary>As their names and contents say; if they can be read in two ways, that is an error.</summary>
    Auto,

    /// <summary>The outermost folders are the classes, whatever their names.</summary>
    Classes,

    /// <summary>The classes are the folders inside the outermost ones, which are parts if their names say so, such as <c>train</c> and <c>test</c>.</summary>
    Parts,
}
