namespace Mekiki.Vision.Data;

/// <summary>Why files are left out, as half sentences behind a number of files.</summary>
internal static class LeftOutReasons
{
    public const string
        NoImage = "no image",
        Hidden = "hidden: its name, or a folder's, begins with a dot",
        System = "in a folder of the system",
        Unreadable = "cannot be read or has no class",
        Outside = "outside the parts of the data",
        Unreachable = "a folder or file whose name is not UTF-8, or that may not be looked into",
        Loop = "a link that leads back to a folder around it, or nowhere",
        Special = "no file: a link, a pipe or a device in an archive",
        Twice = "listed twice";
}
