using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Comparisons;

/// <summary>Two recognizers on the same images: what each has right, class by class, and where they differ.</summary>
/// <param name="Images">How many images both were tried on.</param>
/// <param name="FirstCorrect">How many the first has right.</param>
/// <param name="SecondCorrect">How many the second has right.</param>
/// <param name="Test">Whether the difference is more than chance.</param>
/// <param name="Classes">Each class, the largest difference first.</param>
/// <param name="Different">The images that they see differently, in the set's order.</param>
public sealed record Comparison(
    int Images, int FirstCorrect, int SecondCorrect, McNemar Test, IReadOnlyList<ClassComparison> Classes, IReadOnlyList<DifferentImage> Different)
{
    /// <summary>Whether the difference is more than chance where images come in groups; null: each stands alone.</summary>
    public GroupPermutation? ByGroup { get; init; }

    /// <summary>Of models of any number of labels, whose classes here are sets of labels: what both reach label by label; null: each image has one class.</summary>
    public LabelComparison? Labels { get; init; }

    /// <summary>Compares answers.</summary>
    /// <param name="names">Of each image, its name.</param>
    /// <param name="labels">Of each image, its class.</param>
    /// <param name="first">Of each image, what the first answers, with its probability.</param>
    /// <param name="second">Of each image, what the second answers.</param>
    public static Comparison Of(IReadOnlyList<string> names, IReadOnlyList<string> labels, IReadOnlyList<LabelProbability> first, IReadOnlyList<LabelProbability> second)
    {
        var classes = new SortedDictionary<string, (int Images, int First, int Second)>(StringComparer.Ordinal);
        var different = new List<DifferentImage>();
        int firstCorrect = 0, secondCorrect = 0, onlyFirst = 0, onlySecond = 0;
        for (int i = 0; i < labels.Count; i++)
        {
            int a = first[i].Label == labels[i] ? 1 : 0, b = second[i].Label == labels[i] ? 1 : 0;
            firstCorrect += a;
            secondCorrect += b;
            onlyFirst += a & ~b;
            onlySecond += b & ~a;
            var (images, firstOf, secondOf) = classes.GetValueOrDefault(labels[i]);
            classes[labels[i]] = (images + 1, firstOf + a, secondOf + b);
            if (first[i].Label != second[i].Label)
                different.Add(new DifferentImage(i, names[i], labels[i], first[i], second[i]));
        }

        var sorted = classes.Select(c => new ClassComparison(c.Key, c.Value.Images, c.Value.First, c.Value.Second)).OrderByDescending(c => Math.Abs(c.First - c.Second));
        return new(labels.Count, firstCorrect, secondCorrect, new McNemar(onlyFirst, onlySecond), [.. sorted], different);
    }

    /// <summary>Writes the images that they see differently: image, class, and each one's answer with its probability.</summary>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public void WriteCsv(string path)
    {
        var text = new StringBuilder("image,class,first,first_probability,second,second_probability\n");
        foreach (var d in Different)
            text.Append(CultureInfo.InvariantCulture, $"{Csv.Quote(d.Image)},{Csv.Quote(d.Label)},{Csv.Quote(d.First.Label)},{d.First.Probability:0.####},{Csv.Quote(d.Second.Label)},{d.Second.Probability:0.####}\n");
        OutputFile.Write(path, text.ToString());
    }
}

/// <summary>Two recognizers on the images of one class.</summary>
/// <param name="Label">The class.</param>
/// <param name="Images">How many images it has.</param>
/// <param name="First">How many of them the first has right.</param>
/// <param name="Second">How many of them the second has right.</param>
public readonly record struct ClassComparison(string Label, int Images, int First, int Second);

/// <summary>An image that two recognizers see differently.</summary>
/// <param name="Index">Its place among the images.</param>
/// <param name="Image">Its name.</param>
/// <param name="Label">Its class.</param>
/// <param name="First">What the first answers.</param>
/// <param name="Second">What the second answers.</param>
public readonly record struct DifferentImage(int Index, string Image, string Label, LabelProbability First, LabelProbability Second);
