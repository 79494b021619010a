namespace Mekiki.Vision.Options;

/// <summary>What messages advise to run: a member of the library, or a command.</summary>
internal static class Hint
{
    /// <summary>Lists the networks.</summary>
    public static Term Models { get; } = new("Catalogue.All", "`mekiki models`");

    /// <summary>Lists the data sets.</summary>
    public static Term Sets { get; } = new("KnownSet.All", "`mekiki data list`");

    /// <summary>Lists the weights that torchvision publishes.</summary>
    public static Term PublishedWeights { get; } = new("PublishedWeights.All", "`mekiki weights list`");

    /// <summary>Says with which model training begins.</summary>
    public static Term From { get; } = new("From", "--from");

    /// <summary>Makes a model file of weights.</summary>
    public static Term Import { get; } = new("WeightsImport.Run", "`mekiki convert`");

    /// <summary>Takes weights of a network that has no name here.</summary>
    public static Term OtherNetwork { get; } = new("give its class to Recognizer.Load(path, makeNetwork)", "leave --model out and give --out weights.pt, which converts the weights alone; the library reads networks of your own (Recognizer.Load)");

    /// <summary>Fits a model's probabilities to held-out images.</summary>
    public static Term Calibrate { get; } = new("Recognizer.Calibrate", "`mekiki calibrate`");

    /// <summary>Tells how right a model is.</summary>
    public static Term Evaluate { get; } = new("Recognizer.Evaluate", "`mekiki test`");

    /// <summary>Asks whether an image is of a known class.</summary>
    public static Term UnknownAt { get; } = new(nameof(PredictOptions.UnknownAt), "--unknown-at");

    /// <summary>Says by which score.</summary>
    public static Term UnknownBy { get; } = new(nameof(PredictOptions.UnknownBy), "--unknown-by");

    /// <summary>Keeps training images beside a model.</summary>
    public static Term Neighbours { get; } = new("FeatureNeighbours.Save", "`mekiki calibrate RUN --neighbours`");

    /// <summary>Asks for the classes that an image may have.</summary>
    public static Term Coverage { get; } = new(nameof(PredictOptions.Coverage), "--set");

    /// <summary>Downloads published weights.</summary>
    public static Term DownloadWeights(string name) => new($"PublishedWeights.Named(\"{name}\").Download().RunAsync()", $"`mekiki weights get {name}`");

    /// <summary>Downloads a data set.</summary>
    public static Term Download(string name) => new($"KnownSet.Named(\"{name}\").Download().RunAsync()", $"`mekiki data get {name}`");
}
