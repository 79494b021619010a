namespace Mekiki.Workbench.Tests.Lessons;

/// <summary>The folder of the lessons, or a skipped test.</summary>
internal static class Repository
{
    public static string Lessons => At("lessons");

    public static string At(string relative)
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository is not around the tests.");
        return Path.Combine(Shared.Repository!, relative);
    }
}
