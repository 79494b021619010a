using Mekiki.Vision.Models;
using SkiaSharp;

namespace Mekiki.Workbench.Inspections;

/// <summary>What the layers of a network make of one image, as pictures.</summary>
internal static class MapPicture
{
    private const int Strongest = 16, MostChannels = 1024, Columns = 16, Side = 56;

    /// <summary>Writes a PNG file: of each layer the channels with the largest values, or all channels where there is one layer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layers">Of one image.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<LayerMaps> layers) =>
        PictureRows.Write(path, [.. layers.Select(l => Row(l, layers.Count == 1 ? MostChannels : Strongest))], Side, Columns);

    private static (string Name, SKBitmap[] Pictures) Row(LayerMaps layer, int most)
    {
        int channels = layer.Maps.Shape[1], width = layer.Maps.Shape[3], pixels = layer.Maps.Shape[2] * width, shown = Math.Min(channels, most);
        float[] values = layer.Maps.ToArray();
        (float Above, float Either)[] peaks = [.. Enumerable.Range(0, channels).Select(k => Largest(values.AsSpan(k * pixels, pixels)))];
        int[] order = [.. Enumerable.Range(0, channels)];
        if (shown < channels)
            order = [.. order.OrderByDescending(k => peaks[k].Above).ThenBy(k => k).Take(shown).Order()];
        string of = shown < channels ? $"{shown} of {channels} channels" : $"{channels} channel{(channels == 1 ? "" : "s")}";
        float largest = order.Max(k => peaks[k].Either);
        return ($"{layer.Layer}: {of} of {layer.Maps.Shape[2]}x{width}", [.. order.Select(k => PictureRows.Signed(values.AsSpan(k * pixels, pixels), width, largest))]);
    }

    // The largest value, which an activation lets through, and the largest magnitude.
    private static (float Above, float Either) Largest(ReadOnlySpan<float> values)
    {
        float above = float.NegativeInfinity, either = 0;
        foreach (float value in values)
            if (float.IsFinite(value))
                (above, either) = (Math.Max(above, value), Math.Max(either, Math.Abs(value)));
        return (above, either);
    }
}
