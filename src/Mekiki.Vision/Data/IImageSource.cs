using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Labelled images that a program has somewhere: in a database, in a list, behind a service. <see cref="ImageSet.From"/> reads them all.</summary>
/// <example>
/// <code>
/// sealed class Rows(List&lt;(int Label, byte[] Png)> rows) : IImageSource
/// {
///     public string Name => "rows";
///     public IReadOnlyList&lt;string> Classes => ["cat", "dog"];
///     public int Count => rows.Count;
///     public int LabelOf(int index) => rows[index].Label;
///     public ImageInput Read(int index) => ImageInput.FromBytes(rows[index].Png);
/// }
/// </code>
/// <code>
/// var set = ImageSet.From(new Rows([(0, upload), (1, upload)]));
/// </code>
/// </example>
public interface IImageSource
{
    /// <summary>What it is called in messages and in the model file.</summary>
    string Name { get; }

    /// <summary>The class names, in the order of their indices.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>How many images there are.</summary>
    int Count { get; }

    /// <summary>Of an image, the index of its class in <see cref="Classes"/>.</summary>
    /// <param name="index">0 to below <see cref="Count"/>.</param>
    int LabelOf(int index);

    /// <summary>Of an image, a name that no other image of the source has; by default its number.</summary>
    /// <param name="index">0 to below <see cref="Count"/>.</param>
    string NameOf(int index) => index.ToString("D6", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>An image's bytes or pixels. Called from as many threads as <see cref="ImageSetOptions.Threads"/> says; an image may be asked for twice.</summary>
    /// <param name="index">0 to below <see cref="Count"/>.</param>
    /// <exception cref="MekikiException">The image cannot be had: it is left out, with the message as its reason.</exception>
    ImageInput Read(int index);
}
