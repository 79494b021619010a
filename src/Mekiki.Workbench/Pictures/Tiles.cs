using System.Globalization;
using System.Net;
using System.Text;
using Mekiki.Vision.Images;

namespace Mekiki.Workbench.Pictures;

/// <summary>Small images beside each other, each with a caption; they flow as the page is wide.</summary>
/// <param name="side">How many pixels of the page the longer side of an image takes, 1 or more.</param>
public sealed class Tiles(int side = 64) : IPicture
{
    private readonly StringBuilder html = new();

    /// <summary>Begins a line with a heading of its own.</summary>
    public Tiles Head(Words text)
    {
        html.Append(text.In("p", "class=\"tiles-head\""));
        return this;
    }

    /// <summary>Adds an image.</summary>
    /// <param name="pixels">(C, H, W), grey or RGB, as <see cref="Mekiki.Vision.Data.ImageSet.Image"/> gives it.</param>
    /// <param name="shape">C, H and W.</param>
    /// <param name="caption">What stands below.</param>
    /// <param name="isBad">Whether it is marked as a mistake.</param>
    public Tiles Add(ReadOnlySpan<byte> pixels, ImageShape shape, Words caption = default, bool isBad = false) =>
        Add(PngAddress.Of(pixels, shape.Width, shape.Height), shape.Width, shape.Height, caption, isBad);

    /// <summary>Adds an image of values in [0, 1], such as a batch's: black at 0, white at 1.</summary>
    /// <param name="values">(H, W), or (C, H, W) with C of 3.</param>
    /// <param name="shape">C, H and W.</param>
    /// <param name="caption">What stands below.</param>
    public Tiles Add(ReadOnlySpan<float> values, ImageShape shape, Words caption = default)
    {
        byte[] pixels = new byte[values.Length];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(values[i] * 255 + 0.5f, 0, 255);
        return Add(pixels, shape, caption);
    }

    /// <summary>Adds an image of red, green and blue, pixel by pixel.</summary>
    /// <param name="colours">(H, W, 3).</param>
    /// <param name="width">W.</param>
    /// <param name="caption">What stands below.</param>
    public Tiles AddColours(ReadOnlySpan<byte> colours, int width, Words caption = default) =>
        Add(PngAddress.OfColours(colours, width, colours.Length / 3 / width), width, colours.Length / 3 / width, caption, isBad: false);

    /// <summary>Adds a map of values of either sign: blue below 0, white at 0, orange above.</summary>
    /// <param name="values">(H, W).</param>
    /// <param name="width">W.</param>
    /// <param name="caption">What stands below.</param>
    /// <param name="largest">The magnitude with the full colour; null: the map's own largest.</param>
    public Tiles AddSigned(ReadOnlySpan<float> values, int width, Words caption = default, float? largest = null)
    {
        float own = 0;
        foreach (float value in values)
            own = float.IsFinite(value) ? Math.Max(own, Math.Abs(value)) : own;
        return Add(PngAddress.OfSigned(values, width, largest ?? own), width, values.Length / width, caption, isBad: false);
    }

    /// <inheritdoc/>
    public string ToHtml() => $"<div class=\"tiles\">{html}</div>";

    private Tiles Add(string address, int width, int height, Words caption, bool isBad)
    {
        double zoom = (double)side / Math.Max(width, height);
        html.Append(CultureInfo.InvariantCulture, $"<figure class=\"tile{(isBad ? " bad" : "")}\"><img src=\"{address}\" width=\"{Math.Max(1, (int)(width * zoom))}\" height=\"{Math.Max(1, (int)(height * zoom))}\" alt=\"{WebUtility.HtmlEncode(caption.English is null ? "" : caption.ToString())}\">")
            .Append(caption.English is null ? "" : caption.In("figcaption")).Append("</figure>");
        return this;
    }
}
