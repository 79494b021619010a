using System.Globalization;
using Mekiki.Vision.Images;
using Mekiki.Vision.Kana;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Data;

/// <summary>The embedded set <c>kana</c>: 73 hiragana, written and printed by the program itself, so that training needs no file.</summary>
/// <remarks>
/// Characters are described as strokes; each image has its own hand, paper and print, drawn from the seed and the image's
/// number alone. Images are grey, 48 x 48, dark on light, and imitate hiragana73. See docs/kana.md.
/// </remarks>
public static class KanaSet
{
    /// <summary>Width and height of every image in pixels.</summary>
    public const int Side = Desk.Side;

    /// <summary>How many images train, unless said otherwise.</summary>
    public const int DefaultTrainCount = 60_000;

    /// <summary>How many images test, unless said otherwise.</summary>
    public const int DefaultTestCount = 4_000;

    private const int MostImages = 1_000_000;
    private const ulong Purpose = 0x4B41_4E41_0000_0001, TrainPart = 0, TestPart = 1; // keeps these draws apart from other uses of a seed
    private const string Source = "kana", TrainPrefix = "train/", TestPrefix = "test/";

    [ThreadStatic] private static Desk? desk;

    /// <summary>The 73 characters, あ to ん, in the order of their code points: the classes.</summary>
    public static IReadOnlyList<string> Characters => field ??= [.. StrokeFile.Kana.Select(c => c.Name)];

    /// <summary>How one of the characters is written, for drawing it without a font.</summary>
    /// <param name="character">One of <see cref="Characters"/>.</param>
    /// <returns>Its strokes in the order of writing, each a line through points of the square from (0, 0), left and top, to (1, 1); null: it is none of the characters.</returns>
    public static (float X, float Y)[][]? Strokes(string character)
    {
        ArgumentNullException.ThrowIfNull(character);
        return StrokeFile.Kana.FirstOrDefault(c => c.Name == character) is { } found ? Array.ConvertAll(found.Forms[0].Strokes, Pen.Line) : null;
    }

    /// <summary>Draws a set: first the images that train, then those that test; in each part, class follows class in turn.</summary>
    /// <param name="trainCount">How many images train, 1 to 1,000,000. Fewer are the first ones of more.</param>
    /// <param name="testCount">How many images test, 1 to 1,000,000. Their hands are others than those of the training images.</param>
    /// <param name="seed">Equal seeds give equal images.</param>
    /// <param name="threads">How many threads draw; 0: one for each processor. The images do not depend on it.</param>
    /// <param name="hand">What the characters are written with.</param>
    /// <returns>The set; <see cref="Split.OwnOf"/> gives its two parts.</returns>
    /// <exception cref="MekikiException">A count is outside its range.</exception>
    public static ImageSet Draw(int trainCount = DefaultTrainCount, int testCount = DefaultTestCount, ulong seed = 0, int threads = 0, KanaHand hand = KanaHand.Print)
    {
        Check(nameof(DataOptions.Train), trainCount);
        Check(nameof(DataOptions.Test), testCount);
        int[] labels = new int[trainCount + testCount];
        string[] names = new string[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            var (part, number) = Numbered(i, trainCount);
            labels[i] = number % Characters.Count;
            string prefix = part == TrainPart ? TrainPrefix : TestPrefix;
            names[i] = string.Create(CultureInfo.InvariantCulture, $"{prefix}U{(int)Characters[labels[i]][0]:X4}/{number:D6}");
        }

        return ImageSet.FromDrawing(Source, new ImageShape(1, Side, Side), labels, Characters, (index, image) =>
        {
            var (part, number) = Numbered(index, trainCount);
            var generator = new Generator(Purpose, seed, part, (ulong)number);
            (desk ??= new Desk()).Draw(number % Characters.Count, hand, ref generator, image);
        }, names, threads);
    }

    /// <summary>The set with these counts, or the usual ones, in the size and the channels of the options.</summary>
    internal static ImageSet Open(ImageSetOptions options, int? trainCount, int? testCount)
    {
        var drawn = Draw(trainCount ?? DefaultTrainCount, testCount ?? DefaultTestCount, threads: options.Threads, hand: options.Hand);
        var shape = options.ShapeOr(1, Side, Side);
        return (shape.Channels == 1 && Framing.Keeps((Side, Side), (shape.Height, shape.Width), options.Framing)
            ? drawn
            : ImageSet.FromDrawing(Source, shape, drawn.Labels, Characters, (i, image) => GreyImage.Fit(drawn.Image(i), drawn.Shape, shape, options.Framing, image), drawn.Names, options.Threads)).WithFraming(options.Framing);
    }

    private static (ulong Part, int Number) Numbered(int index, int trainCount) =>
        index < trainCount ? (TrainPart, index) : (TestPart, index - trainCount);

    private static void Check(string property, int count)
    {
        if (count is < 1 or > MostImages)
            throw Wording.Exception($"{DataOptions.TermOf(property)}: expected 1 to {MostImages:N0}, got {count:N0}. kana is drawn in any number within these bounds.");
    }
}
