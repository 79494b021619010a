namespace Mekiki.Vision.Options;

/// <summary>Something that has one name in the library and another on the command line.</summary>
/// <param name="InLibrary">A property or method: <c>LearningRate</c>.</param>
/// <param name="InCommandLine">An option or command: <c>--lr</c>.</param>
internal readonly record struct Term(string InLibrary, string InCommandLine)
{
    /// <summary>Several terms, with commas between.</summary>
    public static Term Join(IEnumerable<Term> terms)
    {
        Term[] all = [.. terms];
        return new(string.Join(", ", all.Select(t => t.InLibrary)), string.Join(", ", all.Select(t => t.InCommandLine)));
    }
}
