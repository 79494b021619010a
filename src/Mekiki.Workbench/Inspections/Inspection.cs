using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;
using Mekiki.Workbench.Runs;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Inspections;

/// <summary>What a network has learnt, as pictures in a folder.</summary>
/// <param name="recognizer">Whose network.</param>
/// <param name="folder">Where the pictures go; it is made if it is not there.</param>
/// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
public sealed class Inspection(Recognizer recognizer, string folder, int threads)
{
    private const int Channels = 24, PerChannel = 12;
    private const ulong Purpose = 0x494E_5350_0000_0001; // keeps these draws apart from other uses of a seed

    /// <summary>Draws the weights of the first layer.</summary>
    /// <returns>The file; null: they are no pictures.</returns>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public string? DrawFilters()
    {
        string path = Made("filters.png");
        return FilterPicture.Write(path, recognizer) ? path : null;
    }

    /// <summary>Draws what the layers make of one image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">The stem of the file's name.</param>
    /// <param name="layer">One layer, with all its channels; null: all layers, with their strongest channels.</param>
    /// <returns>The file.</returns>
    /// <exception cref="MekikiException">The image cannot be read, the network has no such layer, or the file cannot be written.</exception>
    public string DrawMaps(ImageInput image, string name, string? layer)
    {
        string path = Made($"{name}-maps.png");
        MapPicture.Write(path, FeatureMaps.Of(recognizer, recognizer.Prepare(image), layer));
        return path;
    }

    /// <summary>Draws the images that excite channels of a layer most, the clearest channels first.</summary>
    /// <param name="data">The images.</param>
    /// <param name="most">How many images are looked at; if there are more, they are drawn.</param>
    /// <param name="layer">The layer; null: the last whose maps have more than one pixel.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>The file, and the layer.</returns>
    /// <exception cref="MekikiException">The network has no such layer, or the file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public (string File, string Layer) DrawExcitingImages(TestData data, int most, string? layer, CancellationToken cancellation)
    {
        var found = ExcitingImages.Of(recognizer, data.Set, Drawn(data, most), layer, Channels, PerChannel, threads, cancellation);
        string path = Made("exciting.png");
        ContactSheet.Write(path, data.Set, [.. found.Channels.Select(c => ($"{c.Channel}", c.Images))]);
        return (path, found.Layer);
    }

    /// <summary>Lays images out so that those lie near each other that the network finds alike, draws them, and writes their places as a table.</summary>
    /// <param name="data">The images.</param>
    /// <param name="most">How many images there are at most, 3 to 10,000; if there are more, they are drawn.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The files, how many images there are, and how far neighbours on the map, and by the two principal components, are neighbours for the network; null: the network has no features.</returns>
    /// <exception cref="MekikiException">There are too few images, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public (string Picture, string Table, int Images, double Trustworthiness, double OfVariance)? DrawMap(TestData data, int most, IProgress<double>? progress, CancellationToken cancellation)
    {
        ImageMap map;
        try
        {
            map = ImageMap.Of(recognizer, data.Set, Drawn(data, most), threads, progress, cancellation);
        }
        catch (NotSupportedException)
        {
            return null;
        }

        string picture = Made("map.png"), table = Made("map.csv");
        map.Draw(picture);
        map.WriteTable(table);
        return (picture, table, map.Count, map.Neighbours.Trustworthiness, map.Variance.Trustworthiness);
    }

    private string Made(string name)
    {
        OutputFile.MakeFolder(folder);
        return Path.Combine(folder, name);
    }

    private static int[] Drawn(TestData data, int most)
    {
        int[] images = [.. data.Subset ?? [.. Enumerable.Range(0, data.Set.Count)]];
        if (images.Length <= most)
            return images;
        new Generator(0, Purpose).Shuffle(images.AsSpan());
        return [.. images[..most].Order()];
    }
}
