using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Workbench.Reports;

/// <summary>How well scores tell the tested images from such as show no class at all, which are made of them.</summary>
/// <param name="Kind">What was shown: <c>blank</c>, <c>noise</c>, <c>upside_down</c> or <c>scrambled</c>.</param>
/// <param name="Score">Which score.</param>
/// <param name="Auroc">The area under the ROC curve; 0.5: it tells nothing.</param>
/// <param name="FalseAcceptance">The share of these images that is accepted by the threshold that accepts 95 % of the tested ones.</param>
internal readonly record struct UnknownTrial(string Kind, UnknownScore Score, double Auroc, double FalseAcceptance)
{
    private const int Most = 500;
    private const ulong Purpose = 0x554E_4B4E_0000_0001; // keeps these draws apart from other uses of a seed

    /// <summary>Tries all scores on all kinds.</summary>
    /// <param name="recognizer">Who is asked.</param>
    /// <param name="set">The tested images.</param>
    /// <param name="answers">What was answered for them.</param>
    /// <param name="threads">How many threads prepare images.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public static IReadOnlyList<UnknownTrial> Run(Recognizer recognizer, ImageSet set, Answers answers, int threads, CancellationToken cancellation)
    {
        int[] chosen = [.. Enumerable.Range(0, answers.Count).Select(n => answers[n].Image)];
        new Generator(0, Purpose).Shuffle(chosen.AsSpan());
        chosen = chosen[..Math.Min(Most, chosen.Length)];
        var trials = new List<UnknownTrial>();
        foreach (var (kind, draw) in new (string, Action<byte[], int>)[] { ("blank", Blank), ("noise", Noise), ("upside_down", UpsideDown), ("scrambled", Scrambled) })
        {
            int length = set.Shape.Length;
            var pixels = new byte[chosen.Length * length];
            for (int i = 0; i < chosen.Length; i++)
            {
                byte[] image = set.Image(chosen[i]).ToArray();
                draw(image, i);
                image.CopyTo(pixels, i * length);
            }

            var made = ImageSet.FromPixels(kind, set.Shape, pixels, new int[chosen.Length], recognizer.Classes);
            var unknown = recognizer.Answers(made, null, null, new LoaderOptions { BatchSize = 64, Threads = threads }, null, cancellation);
            foreach (var score in Enum.GetValues<UnknownScore>())
            {
                double[] known = Scores(answers, score), other = Scores(unknown, score);
                trials.Add(new(kind, score, Ranking.Auroc(known, other), Ranking.FalseAcceptance(known, other)));
            }
        }

        return trials;

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
