using System.Runtime.CompilerServices;

namespace Mekiki.Cli.Tests;

/// <summary>Tests keep out of the user's own cache and data folders.</summary>
internal static class OwnFolders
{
    [ModuleInitializer]
    internal static void Use()
    {
        string folder = Directory.CreateTempSubdirectory("mekiki-test-folders-").FullName;
        Environment.SetEnvironmentVariable("MEKIKI_CACHE", Path.Combine(folder, "cache"));
        Environment.SetEnvironmentVariable("MEKIKI_DATA", Path.Combine(folder, "data"));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
    }
}
