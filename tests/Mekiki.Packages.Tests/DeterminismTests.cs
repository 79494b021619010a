namespace Mekiki.Packages.Tests;

/// <summary>The same sources give the same bytes, whatever folder they are built in.</summary>
public class DeterminismTests(PackedPackages packages)
{
    [Fact]
    public void OtherFolder_GivesTheSameBytes()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "Needs a build with CI=true: the paths in other builds depend on the folder.");
        _ = packages.Feed;
        string repository = Shared.Repository!;
        Assert.SkipUnless(Command.Run(repository, "git", "status", "--porcelain", "--", "src", "Directory.*") is (0, ""), "Needs a git clone whose sources are as committed.");
        string folder = packages.Project("clone/one/two");
        Command.Done(folder, "git", "clone", "--quiet", repository, ".");
        // The symbols name the repository's address.
        var (code, address) = Command.Run(repository, "git", "remote", "get-url", "origin");
        if (code == 0)
            Command.Done(folder, "git", "remote", "set-url", "origin", address.Trim());
        else
            Command.Done(folder, "git", "remote", "remove", "origin");

        PackedPackages.Dotnet(folder, "build", "src/Mekiki.Vision", "-c", PackedPackages.Configuration, "-p:RunAnalyzers=false");
        foreach (string id in new[] { "Mekiki", "Mekiki.Vision" })
        {
            using var package = packages.Open(id);
            using var packed = package.GetEntry($"lib/net10.0/{id}.dll")!.Open();
            var bytes = new MemoryStream();
            packed.CopyTo(bytes);
            byte[] built = File.ReadAllBytes(Path.Combine(folder, "src", id, "bin", PackedPackages.Configuration, "net10.0", $"{id}.dll"));
            Assert.True(bytes.ToArray().AsSpan().SequenceEqual(built), $"{id}.dll: expected the same bytes from another folder, got others.");
        }
    }
}
