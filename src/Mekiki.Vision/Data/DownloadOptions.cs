namespace Mekiki.Vision.Data;

/// <summary>How a <see cref="Download"/> behaves.</summary>
/// <example>
/// <code>
/// var options = new DownloadOptions { Retries = 3, Progress = p => Console.WriteLine($"{p.Received} of {p.Total} bytes") };
/// await new Download("https://example.com/photos.zip", "photos.zip", options).RunAsync(cancellation);
/// </code>
/// </example>
public sealed record DownloadOptions
{
    /// <summary>How often a broken connection is tried again without any progress before giving up; 0 or more.</summary>
    /// <exception cref="MekikiException">It is negative.</exception>
    public int Retries
    {
        get;
        init => field = value >= 0 ? value : throw new MekikiException($"Retries: expected 0 or more, got {value}.");
    }
    = 5;

    /// <summary>The first pause before trying again; each next one is twice as long, up to a minute.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the server may be silent before the connection counts as broken.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The size that the file must have, or null when it is not known beforehand.</summary>
    public long? ExpectedLength { get; init; }

    /// <summary>The sha256 that the file must have, in hexadecimal, or null when none is published.</summary>
    public string? ExpectedSha256 { get; init; }

    /// <summary>The first digits of the sha256 that the file must have, in hexadecimal, where no more is published; null: none are.</summary>
    public string? Sha256Start { get; init; }

    /// <summary>The most bytes that the file may have, where its size is not known beforehand; null: as many as there is room for.</summary>
    internal long? MostLength { get; init; }

    /// <summary>Looks at what has arrived before it gets its name: null when it is right, else what was expected. Null: anything is right.</summary>
    public Func<string, string?>? Check { get; init; }

    /// <summary>The clock that measures pauses.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Called now and then with what has arrived.</summary>
    public Action<DownloadProgress>? Progress { get; init; }

    /// <summary>How many bytes are free where a folder lies; null: asks the system.</summary>
    public Func<string, long>? FreeSpace { get; init; }
}
