namespace Mekiki.Packages.Tests;

/// <summary>The tool, installed from its package.</summary>
public class ToolTests(PackedPackages packages)
{
    [Fact]
    public void Tool_TrainsAndPredicts()
    {
        string project = packages.Project("tool");
        File.WriteAllBytes(Path.Combine(project, "picture.bmp"), PackedPackages.Picture(230));
        string output = Command.Done(project, packages.Mekiki, "predict", packages.Run, "picture.bmp");
        Assert.Contains("light", output);
    }

    [Fact]
    public void Doctor_FindsNothingWrong() => Command.Done(packages.Project("doctor"), packages.Mekiki, "doctor");
}
