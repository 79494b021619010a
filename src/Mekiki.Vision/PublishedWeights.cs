using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;

namespace Mekiki.Vision;

/// <summary>Weights of a network of <see cref="Catalogue"/> that torchvision publishes: trained on ImageNet's 1,000 classes of photographs.</summary>
/// <remarks>
/// What stands here are facts of torchvision's documentation; the weights themselves come from its server, once, into <see cref="Folders.Data"/>.
/// Images are prepared as torchvision's own: the short side is scaled to the <see cref="Side"/> and twice the <see cref="Margin"/>, and the middle is seen.
/// </remarks>
/// <example>
/// <code>
/// await PublishedWeights.Named("mobilenet_v3_large").Download().RunAsync(cancellation);
/// var recognizer = Recognizer.Load("mobilenet_v3_large");     // 1,000 classes; or TrainOptions.From for classes of your own
/// </code>
/// </example>
/// <param name="Name">What stands for a path: <see cref="Recognizer.Load(string)"/>, <c>--from</c>.</param>
/// <param name="Model">The network's name in the catalogue.</param>
/// <param name="File">The published file; its name carries the first digits of its sha256.</param>
/// <param name="Megabytes">Its size, in MiB.</param>
/// <param name="Accuracy">Top-1 accuracy on ImageNet's 50,000 validation images, in percent, as published for torchvision's own preprocessing.</param>
public sealed record PublishedWeights(string Name, string Model, string File, double Megabytes, double Accuracy)
{
    private const string Server = "https://download.pytorch.org/models/", NamesFile = "imagenet_classes.txt";
    private const int ClassCount = 1000;

    /// <summary>Under which terms.</summary>
    public const string Licence = "BSD-3-Clause (torchvision); ImageNet's own terms may apply to what was trained on it";

    /// <summary>All of them; a new one is a row here.</summary>
    /// <remarks>https://pytorch.org/vision/stable/models.html. Where there are two, <c>-v2</c> are those of the later recipe.</remarks>
    public static IReadOnlyList<PublishedWeights> All { get; } =
    [
        Of("alexnet", "alexnet-owt-7be5be79", 233.1, 56.522),
        Of("vgg11", "vgg11-8a719046", 506.8, 69.020),
        Of("vgg11_bn", "vgg11_bn-6002323d", 506.9, 70.370),
        Of("vgg13", "vgg13-19584684", 507.5, 69.928),
        Of("vgg13_bn", "vgg13_bn-abd245e5", 507.6, 71.586),
        Of("vgg16", "vgg16-397923af", 527.8, 71.592),
        Of("vgg16_bn", "vgg16_bn-6c64b313", 527.9, 73.360),
        Of("vgg19", "vgg19-dcbb9e9d", 548.1, 72.376),
        Of("vgg19_bn", "vgg19_bn-c79401a0", 548.1, 74.218),
        Of("googlenet", "googlenet-1378be20", 49.7, 69.778),
        Of("resnet18", "resnet18-f37072fd", 44.7, 69.758),
        Of("resnet34", "resnet34-b627a593", 83.3, 73.314),
        Of("resnet50", "resnet50-0676ba61", 97.8, 76.130),
        Of("resnet50", "resnet50-11ad3fa6", 97.8, 80.858, "-v2"),
        Of("resnet101", "resnet101-63fe2227", 170.5, 77.374),
        Of("resnet101", "resnet101-cd907fc2", 170.5, 81.886, "-v2"),
        Of("resnet152", "resnet152-394f9c45", 230.4, 78.312),
        Of("resnet152", "resnet152-f82ba261", 230.5, 82.284, "-v2"),
        Of("densenet121", "densenet121-a639ec97", 30.8, 74.434),
        Of("squeezenet1_1", "squeezenet1_1-b8a52dc0", 4.7, 58.178),
        Of("resnext50_32x4d", "resnext50_32x4d-7cdf4587", 95.8, 77.618),
        Of("resnext50_32x4d", "resnext50_32x4d-1a0047aa", 95.8, 81.198, "-v2"),
        Of("wide_resnet50_2", "wide_resnet50_2-95faca4d", 131.8, 78.468),
        Of("wide_resnet50_2", "wide_resnet50_2-9ba9bcbe", 263.1, 81.602, "-v2"),
        Of("mobilenet_v2", "mobilenet_v2-b0353104", 13.6, 71.878),
        Of("mobilenet_v2", "mobilenet_v2-7ebf99e0", 13.6, 72.154, "-v2"),
        Of("shufflenet_v2_x1_0", "shufflenetv2_x1-5666bf0f80", 8.8, 69.362),
        Of("mobilenet_v3_small", "mobilenet_v3_small-047dcff4", 9.8, 67.668),
        Of("mobilenet_v3_large", "mobilenet_v3_large-8738ca79", 21.1, 74.042),
        Of("mobilenet_v3_large", "mobilenet_v3_large-5c1a4163", 21.1, 75.274, "-v2"),
        Of("efficientnet_b0", "efficientnet_b0_rwightman-7f5810bc", 20.5, 77.692) with { Resampling = Resampling.Bicubic },
        Of("efficientnet_b1", "efficientnet_b1_rwightman-bac287d4", 30.1, 78.642) with { Side = 240, Margin = 8, Resampling = Resampling.Bicubic },
        Of("efficientnet_b1", "efficientnet_b1-c27df63c", 30.1, 79.838, "-v2") with { Side = 240, Margin = 8 },
        Of("efficientnet_b2", "efficientnet_b2_rwightman-c35c1473", 35.2, 80.608) with { Side = 288, Margin = 0, Resampling = Resampling.Bicubic },
        Of("efficientnet_b3", "efficientnet_b3_rwightman-b3899882", 47.2, 82.008) with { Side = 300, Margin = 10, Resampling = Resampling.Bicubic },
        Of("efficientnet_v2_s", "efficientnet_v2_s-dd5fe13b", 82.7, 84.228) with { Side = 384, Margin = 0 },
        Of("regnet_y_400mf", "regnet_y_400mf-c65dace8", 16.8, 74.046),
        Of("regnet_y_400mf", "regnet_y_400mf-e6988f5f", 16.8, 75.804, "-v2"),
        Of("regnet_y_800mf", "regnet_y_800mf-1b27b58c", 24.8, 76.420),
        Of("regnet_y_800mf", "regnet_y_800mf-58fc7688", 24.8, 78.828, "-v2"),
        Of("vit_b_16", "vit_b_16-c867db91", 330.3, 81.072),
        Of("convnext_tiny", "convnext_tiny-983f1562", 109.1, 82.520) with { Margin = 6 },
    ];

    /// <summary>Of the square that its network saw last in training or is tested with, in pixels.</summary>
    public int Side { get; init; } = 224;

    /// <summary>Pixels that are cut off at each side of the scaled image.</summary>
    public int Margin { get; init; }

    /// <summary>How images are scaled.</summary>
    public Resampling Resampling { get; init; }

    /// <summary>Where it is downloaded from.</summary>
    public string Url => Server + File;

    /// <summary>The first digits of the file's sha256, in hexadecimal.</summary>
    public string Sha256Start => File[(File.LastIndexOf('-') + 1)..File.LastIndexOf('.')];

    /// <summary>The weights called <paramref name="name"/>, for those who must have some.</summary>
    /// <exception cref="MekikiException">There are none; the message suggests the nearest name.</exception>
    public static PublishedWeights Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return WithName(name) ?? throw Wording.Exception($"Unknown weights '{name}'.{Suggestion.Sentence(name, All.Select(w => w.Name))} {Hint.PublishedWeights} lists all.");
    }

    /// <summary>Where the file lies, or will lie.</summary>
    /// <param name="dataFolder">Where downloads lie; null: <see cref="Folders.Data"/>.</param>
    public string PathIn(string? dataFolder = null) => Path.Combine(dataFolder ?? Folders.Data, "weights", File);

    /// <summary>Whether the file is here.</summary>
    /// <param name="dataFolder">Where downloads lie; null: <see cref="Folders.Data"/>.</param>
    public bool IsHere(string? dataFolder = null) => System.IO.File.Exists(PathIn(dataFolder));

    /// <summary>Those whose file is here, whose network has features, and that suit two cores best: the most accurate of at most 50 MiB, or else the smallest; null: there are none.</summary>
    /// <param name="dataFolder">Where downloads lie; null: <see cref="Folders.Data"/>.</param>
    public static PublishedWeights? Here(string? dataFolder = null)
    {
        const double MostMegabytes = 50;
        var here = All.Where(w => w.IsHere(dataFolder) && Catalogue.Find(w.Model).Build(new(3, w.Side, w.Side), ClassCount) is IHasFeatures).ToArray();
        return here.Where(w => w.Megabytes <= MostMegabytes).MaxBy(w => w.Accuracy) ?? here.MinBy(w => w.Megabytes);
    }

    /// <summary>Copies the published file from where it lies, such as a stick, to where it is looked for; one with another sha256 than its name tells is refused.</summary>
    /// <param name="path">The file, under any name.</param>
    /// <param name="dataFolder">Where downloads lie; null: <see cref="Folders.Data"/>.</param>
    /// <exception cref="MekikiException">It is not there, cannot be read, or is another file; or the copy cannot be written.</exception>
    public DownloadedFile CopyFrom(string path, string? dataFolder = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!System.IO.File.Exists(path))
            throw new MekikiException($"{path}: expected the weights {Name}, got no such file. Check the path.");
        string to = PathIn(dataFolder);
        OutputFile.MakeFolder(Path.GetDirectoryName(to)!);
        string sha256 = "";
        long length = 0;
        OutputFile.Write(to, target =>
        {
            // One pass: what is checked is what is written.
            using var hash = new Sha256Hash();
            using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var piece = new byte[1 << 20];
            while (source.Read(piece) is > 0 and var read)
            {
                hash.Append(piece.AsSpan(0, read));
                target.Write(piece, 0, read);
                length += read;
            }

            sha256 = Convert.ToHexStringLower(hash.Finish());
            if (!sha256.StartsWith(Sha256Start, StringComparison.OrdinalIgnoreCase))
                throw new MekikiException($"{path}: expected the weights {Name}, whose sha256 begins with {Sha256Start}, got {sha256}. Give the file {File}, as it is published.");
        });
        var file = new DownloadedFile(to, length, sha256);
        AtomicFile.TryDelete(to + ".sha256");
        file.TidyAround();
        return file;
    }

    /// <summary>Prepares the download; a file with another sha256 than its name tells is refused.</summary>
    /// <param name="url">A mirror, or null for torchvision's own address.</param>
    /// <param name="dataFolder">Where downloads lie; null: <see cref="Folders.Data"/>.</param>
    /// <param name="options">Retries and progress.</param>
    /// <exception cref="MekikiException">The address is none.</exception>
    public Download Download(string? url = null, string? dataFolder = null, DownloadOptions? options = null) =>
        new(url ?? Url, PathIn(dataFolder), (options ?? new DownloadOptions()) with { Sha256Start = Sha256Start });

    /// <summary>Prepares the download of the class names, which are used where they lie beside the weights; they are not part of torchvision's files.</summary>
    /// <param name="dataFolder">Where downloads lie; null: <see cref="Folders.Data"/>.</param>
    /// <param name="options">Retries and progress.</param>
    /// <exception cref="MekikiException">Never: the address is one.</exception>
    public static Download DownloadNames(string? dataFolder = null, DownloadOptions? options = null) =>
        new("https://raw.githubusercontent.com/pytorch/hub/master/" + NamesFile, NamesPathIn(dataFolder), options);

    /// <summary>Where a file of class names is looked for: one a line, in the order of the scores.</summary>
    /// <param name="dataFolder">Where downloads lie; null: <see cref="Folders.Data"/>.</param>
    public static string NamesPathIn(string? dataFolder = null) => Path.Combine(dataFolder ?? Folders.Data, "weights", NamesFile);

    /// <summary>The recognizer that the downloaded file makes.</summary>
    /// <param name="dataFolder">Where downloads lie; null: <see cref="Folders.Data"/>.</param>
    /// <exception cref="MekikiException">The file is not there, or damaged.</exception>
    public Recognizer Load(string? dataFolder = null)
    {
        string path = PathIn(dataFolder);
        if (!System.IO.File.Exists(path))
            throw Wording.Exception($"{Name}: expected the downloaded weights at {path}, got no file. Run {Hint.DownloadWeights(Name)} first, or give the path of a model file.");
        // GoogLeNet's weights see pixels in [-1, 1], all others standardized colours.
        bool isGoogLeNet = Model == "googlenet";
        return WeightsImport.Run(WeightsFile.Read(path), new ImportOptions
        {
            Model = Model,
            Classes = Names(NamesPathIn(dataFolder)),
            Size = Side,
            Fit = ImageFit.Crop,
            Resampling = Resampling,
            Margin = Margin,
            Mean = isGoogLeNet ? 0.5f : [0.485f, 0.456f, 0.406f],
            Deviation = isGoogLeNet ? 0.5f : [0.229f, 0.224f, 0.225f],
        }).Recognizer;
    }

    /// <summary>Those that a user's word means: no file and no folder is called so.</summary>
    internal static PublishedWeights? Find(string path) => WithName(path) is { } found && !System.IO.File.Exists(path) && !Directory.Exists(path) ? found : null;

    private static PublishedWeights? WithName(string name) => All.FirstOrDefault(w => string.Equals(w.Name, name, StringComparison.OrdinalIgnoreCase));

    private static PublishedWeights Of(string model, string file, double megabytes, double accuracy, string ending = "") =>
        new(model + ending, model, file + ".pth", megabytes, accuracy) { Margin = ending.Length == 0 ? 16 : 4 };

    // Two classes of ImageNet may have the same name.
    private static string[]? Names(string path)
    {
        if (!System.IO.File.Exists(path))
            return null;
        string[] lines = [.. System.IO.File.ReadLines(path).Take(ClassCount + 1).Select(l => l.Trim()).Where(l => l.Length > 0)];
        if (lines.Length != ClassCount)
            throw new MekikiException($"{path}: expected {ClassCount:N0} class names, one a line, got {(lines.Length > ClassCount ? "more" : lines.Length.ToString("N0", System.Globalization.CultureInfo.InvariantCulture))}. Delete it, or write the names anew.");
        var seen = new Dictionary<string, int>();
        for (int i = 0; i < lines.Length; i++)
        {
            int times = seen[lines[i]] = seen.GetValueOrDefault(lines[i]) + 1;
            if (times > 1)
                lines[i] = $"{lines[i]} ({times})";
        }

        return lines;
    }
}
