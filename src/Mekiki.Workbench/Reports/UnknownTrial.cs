using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;

namespace Mekiki.Workbench.Reports;

/// <summary>How well a score tells the tested images from such as are of none of the classes.</summary>
/// <param name="Kind">What was shown: <c>blank</c>, <c>noise</c>, <c>upside_down</c>, <c>scrambled</c>, made of the tested ones; or the name of a set.</param>
/// <param name="Score">Which score: the name of an <see cref="UnknownScore"/>.</param>
/// <param name="Images">How many such images there are.</param>
/// <param name="Separation">How well it tells them apart.</param>
internal readonly record struct UnknownTrial(string Kind, string Score, int Images, Separation Separation)
{
    private const int Most = 500, MostOfSet = 2000, MostKnown = 3000;
    private const ulong Purpose = 0x554E_4B4E_0000_0001; // keeps these draws apart from other uses of a seed

    /// <summary>Opens images of none of the classes, as the recognizer takes them.</summary>
    /// <exception cref="MekikiException">There are none.</exception>
    public static ImageSet Open(string source, Recognizer recognizer, ReportOptions options) =>
        ImageSet.Open(source, recognizer.Preprocessing.ForSets() with { LeastClasses = 1, Threads = options.Threads });

    /// <summary>Tries all scores on all kinds.</summary>
    /// <param name="report">Who is asked, and what was answered.</param>
    /// <param name="strange">Images of none of the classes; null: there are none beside those that are made.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public static IReadOnlyList<UnknownTrial> Run(Report report, ImageSet? strange, CancellationToken cancellation)
    {
        var (recognizer, set, answers, threads) = (report.Recognizer, report.Images.Set, report.Answers, report.Options.Threads);
        int[] order = Drawn(answers.Count, answers.Count);
        int[] groups = [.. Enumerable.Range(0, answers.Count).Select(n => answers[n].Group)], compared = order[..Math.Min(MostKnown, order.Length)];
        double[] near = report.Neighbours?.Scores(recognizer, set, [.. compared.Select(n => answers[n].Image)], threads: threads, cancellation: cancellation) ?? [];
        var trials = new List<UnknownTrial>();
        int[] chosen = [.. order.Take(Most).Select(n => answers[n].Image)];
        foreach (var (kind, draw) in new (string, Action<byte[], int>)[] { ("blank", Blank), ("noise", Noise), ("upside_down", UpsideDown), ("scrambled", Scrambled) })
            Try(kind, set.Shape, chosen.Length, (i, image) =>
            {
                set.Image(chosen[i]).CopyTo(image);
                draw(image, i);
            });
        if (strange is not null)
        {
            int[] others = Drawn(strange.Count, MostOfSet);
            Try(DataPage.Short(strange.Source), strange.Shape, others.Length, (i, image) => strange.Image(others[i]).CopyTo(image));
        }

        return trials;

        void Try(string kind, ImageShape shape, int count, Action<int, byte[]> fill)
        {
            byte[] pixels = new byte[count * shape.Length], image = new byte[shape.Length];
            for (int i = 0; i < count; i++)
            {
                fill(i, image);
                image.CopyTo(pixels, i * shape.Length);
            }

            var made = ImageSet.FromPixels(kind, shape, pixels, new int[count], recognizer.Classes);
            var unknown = recognizer.Answers(made, null, null, new LoaderOptions { BatchSize = 64, Threads = threads }, null, cancellation);
            foreach (var score in (UnknownScore[])[UnknownScore.Energy, UnknownScore.MaxLogit, UnknownScore.Probability])
                trials.Add(new(kind, score.ToString(), count, Separation.Of(Scores(answers, score), Scores(unknown, score), groups)));
            if (report.Neighbours is { } neighbours)
                trials.Add(new(kind, UnknownScore.Neighbours.ToString(), count, Separation.Of(near, neighbours.Scores(recognizer, made, [.. Enumerable.Range(0, count)], threads: threads, cancellation: cancellation), [.. compared.Select(n => groups[n])])));
        }

        static int[] Drawn(int count, int most)
        {
            int[] all = [.. Enumerable.Range(0, count)];
            new Generator(0, Purpose).Shuffle(all.AsSpan());
            return all[..Math.Min(most, count)];
        }

        // All pixels have the colour of the image's border, its median.
        void Blank(byte[] image, int _)
        {
            int channels = set.Shape.Channels, width = set.Shape.Width, height = set.Shape.Height;
            for (int c = 0; c < channels; c++)
            {
                var border = new List<byte>();
                for (int y = 0; y < height; y++)
                    for (int x = 0; x < width; x++)
                        if (x == 0 || y == 0 || x == width - 1 || y == height - 1)
                            border.Add(image[(y * width + x) * channels + c]);
                border.Sort();
                for (int i = c; i < image.Length; i += channels)
                    image[i] = border[border.Count / 2];
            }
        }

        void Noise(byte[] image, int number)
        {
            var generator = new Generator(1, Purpose, (ulong)number);
            foreach (ref byte value in image.AsSpan())
                value = (byte)generator.NextInt32(256);
        }

        void UpsideDown(byte[] image, int _)
        {
            int channels = set.Shape.Channels, count = image.Length / channels;
            byte[] from = [.. image];
            for (int i = 0; i < count; i++)
                from.AsSpan((count - 1 - i) * channels, channels).CopyTo(image.AsSpan(i * channels));
        }

        // The four quarters change places crosswise.
        void Scrambled(byte[] image, int _)
        {
            int channels = set.Shape.Channels, width = set.Shape.Width, height = set.Shape.Height;
            byte[] from = [.. image];
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                    from.AsSpan(((y + height / 2) % height * width + (x + width / 2) % width) * channels, channels).CopyTo(image.AsSpan((y * width + x) * channels));
        }
    }

    private static double[] Scores(Answers answers, UnknownScore score) => [.. Enumerable.Range(0, answers.Count).Select(n => score switch
    {
        UnknownScore.Energy => -answers[n].Energy,
        UnknownScore.MaxLogit => answers[n].MaxLogit,
        _ => answers[n].Probability,
    })];
}
