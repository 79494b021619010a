using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mekiki.Serving.Options;

/// <summary>What a service of recognizers allows, and how it works.</summary>
/// <example>
/// <code>
/// var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder();
/// builder.Services.AddMekiki("kana", "model.safetensors").AddMekiki(options =>
/// {
///     options.MostImages = 16;
///     options.ApiKeys = [Environment.GetEnvironmentVariable("API_KEY")!];
/// });
/// var app = builder.Build();
/// app.MapMekiki();
/// </code>
/// </example>
public sealed class ServingOptions
{
    /// <summary>The most images that are recognized together.</summary>
    public const int MostBatch = 32;

    /// <summary>Threads that compute a batch; 0, the default: as many as <see cref="Mekiki.Threads.Count"/> says. Answers do not depend on it.</summary>
    /// <exception cref="MekikiException">It is below 0 or above 1,024.</exception>
    public int Threads { get; set => field = Within(value, 0, 1024); }

    /// <summary>How long a batch that is not full waits for more images, in milliseconds, 0 to 1,000; 0, the default: it takes what waits.</summary>
    /// <exception cref="MekikiException">It is outside its range.</exception>
    public int MaxDelay { get; set => field = Within(value, 0, 1000); }

    /// <summary>The largest body of a request in MiB, 1 to 128.</summary>
    /// <exception cref="MekikiException">It is outside its range.</exception>
    public int MostBody { get; set => field = Within(value, 1, 128); } = 32;

    /// <summary>The most images of one request, 1 to 4,096.</summary>
    /// <exception cref="MekikiException">It is outside its range.</exception>
    public int MostImages { get; set => field = Within(value, 1, 4096); } = 64;

    /// <summary>The most pixels of one image in megapixels of 2^20, 1 to 64.</summary>
    /// <exception cref="MekikiException">It is outside its range.</exception>
    public int MostPixels { get; set => field = Within(value, 1, 64); } = 64;

    /// <summary>The most images of one model that are decoded, wait or are computed at one time, 1 to 1,048,576.</summary>
    /// <exception cref="MekikiException">It is outside its range.</exception>
    public int MostWaiting { get; set => field = Within(value, 1, 1 << 20); } = 1024;

    /// <summary>The most memory that bodies of all requests take together, in MiB, 1 to 65,536.</summary>
    /// <exception cref="MekikiException">It is outside its range.</exception>
    public int MostUploads { get; set => field = Within(value, 1, 1 << 16); } = 256;

    /// <summary>The most memory that the weights of all models take together, in MiB, 1 to 1,048,576. While a model is swapped, its old weights stay beside the new ones for a moment.</summary>
    /// <exception cref="MekikiException">It is outside its range.</exception>
    public int MostWeights { get; set => field = Within(value, 1, 1 << 20); } = 4096;

    /// <summary>How long a request may take, in seconds, 1 to 3,600.</summary>
    /// <exception cref="MekikiException">It is outside its range.</exception>
    public int MostTime { get; set => field = Within(value, 1, 3600); } = 30;

    /// <summary>How often model files are looked at, in milliseconds, 0 to 3,600,000. One that changed takes the place of the old model; one that is bad does not. 0: they are not looked at.</summary>
    /// <exception cref="MekikiException">It is outside its range.</exception>
    public int WatchInterval { get; set => field = Within(value, 0, 3_600_000); } = 1000;

    /// <summary>Keys of which a request must bring one, as <c>Authorization: Bearer KEY</c> or <c>X-API-Key: KEY</c>; none, the default: all may ask.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    /// <exception cref="MekikiException">A key is empty.</exception>
    public IReadOnlyList<string> ApiKeys
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.All(key => !string.IsNullOrWhiteSpace(key)) ? value : throw new MekikiException("ApiKeys: expected keys of one character or more, got an empty one.");
        }
    }
    = [];

    /// <summary>Origins whose pages may read answers (CORS), such as <c>https://example.org</c>; none, the default.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public IReadOnlyList<string> Origins
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }
    = [];

    /// <summary>Whether requests may unload models, and load them again.</summary>
    public bool CanManage { get; set; }

    /// <summary>A folder for images whose right classes users tell: a folder for each class, as training takes it; null, the default: nothing is kept.</summary>
    public string? Corrections { get; set; }

    /// <summary>Whether each request is logged in a line.</summary>
    public bool LogsRequests { get; set; }

    internal int MostBodyBytes => MostBody << 20;

    internal long MostUploadBytes => (long)MostUploads << 20;

    internal long MostPixelCount => (long)MostPixels << 20;

    private static int Within(int value, int least, int most, [CallerMemberName] string name = "") => value >= least && value <= most
        ? value
        : throw new MekikiException(string.Create(CultureInfo.InvariantCulture, $"{name}: expected {least:N0} to {most:N0}, got {value:N0}."));
}
