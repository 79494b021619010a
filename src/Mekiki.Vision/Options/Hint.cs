namespace Mekiki.Vision.Options;

/// <summary>What messages advise to run: a member of the library, or a command.</summary>
internal static class Hint
{
    /// <summary>Lists the networks.</summary>
    public static Term Models { get; } = new("Catalogue.All", "`mekiki models`");

    /// <summary>Lists the data sets.</summary>
    public static Term Sets { get; } = new("KnownSet.All", "`mekiki data list`");

    /// <summary>Makes a model file of weights.</summary>
    public static Term Import { get; } = new("WeightsImport.Run", "`mekiki convert`");

    /// <summary>Downloads a data set.</summary>
    public static Term Download(string name) => new($"KnownSet.Named(\"{name}\").Download().RunAsync()", $"`mekiki data get {name}`");
}
