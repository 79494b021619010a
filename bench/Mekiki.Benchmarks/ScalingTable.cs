using System.Globalization;

namespace Mekiki.Benchmarks;

/// <summary>What training on many machines takes, by a model of one step: T = m t + 2 (R - 1) latency + 8 n (R - 1) / (R bandwidth).</summary>
/// <remarks>
/// m images on each of R machines, t seconds an image, n gradients of 4 bytes, which every machine sends and receives twice but for its own slice; messages go one after another.
/// Sending does not overlap with computing.
/// </remarks>
/// <param name="ImagesPerSecond">Of one machine of two cores that trains alone.</param>
/// <param name="Parameters">n.</param>
/// <param name="LatencySeconds">Of one message.</param>
internal sealed record ScalingTable(double ImagesPerSecond, long Parameters, double LatencySeconds)
{
    private const int ImagesOnMachine = 64, Epochs = 90, ImageNet = 1_281_167;
    private static readonly int[] machines = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024], cores = [2, 16, 64];
    private static readonly double[] gigabits = [1, 10, 100];

    /// <summary>The table of the constants that <c>results/scaling.csv</c> holds.</summary>
    /// <param name="path">That file.</param>
    /// <exception cref="InvalidDataException">One of the three rows is missing.</exception>
    public static ScalingTable Of(string path)
    {
        string[] rows = File.ReadAllLines(path);
        return new(Figure("img_per_s"), (long)Figure("gradients"), Figure("latency") * 1e-6);

        // The first field is in quotes, the figure is the second.
        double Figure(string name) => Array.Find(rows, r => r.StartsWith($"\"{name} of the tables of docs/scaling.md", StringComparison.Ordinal)) is { } row
            ? double.Parse(row[(row.IndexOf("\",", StringComparison.Ordinal) + 2)..].Split(',')[0], CultureInfo.InvariantCulture)
            : throw new InvalidDataException($"{path}: expected a row '{name} of the tables of docs/scaling.md', got none.");
    }

    /// <summary>Seconds of a step.</summary>
    /// <param name="ranks">R.</param>
    /// <param name="images">m.</param>
    /// <param name="imagesPerSecond">1 / t.</param>
    /// <param name="bytesPerSecond">Of the network, or of the memory where ranks share a machine.</param>
    public double StepSeconds(int ranks, int images, double imagesPerSecond, double bytesPerSecond) =>
        images / imagesPerSecond + 2 * (ranks - 1) * LatencySeconds + 8.0 * Parameters * (ranks - 1) / ranks / bytesPerSecond;

    /// <summary>How much of R times one machine's rate is left.</summary>
    public double Efficiency(int ranks, int images, double imagesPerSecond, double bytesPerSecond) =>
        images / imagesPerSecond / StepSeconds(ranks, images, imagesPerSecond, bytesPerSecond);

    /// <summary>Writes the tables in Markdown: efficiency, and hours of 90 epochs of ImageNet, on machines of 2, 16 and 64 cores, each core as fast as one of the two.</summary>
    public void Print(TextWriter writer)
    {
        foreach (int count in cores)
        {
            double rate = ImagesPerSecond * count / 2;
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Machines of {count} cores, {rate:0.#} img/s each, {ImagesOnMachine} images of a step on each:\n"));
            writer.WriteLine("| machines | " + string.Join(" | ", gigabits.Select(g => $"{g} Gb/s")) + " |");
            writer.WriteLine("|---|" + string.Concat(gigabits.Select(_ => "---|")));
            foreach (int ranks in machines)
                writer.WriteLine($"| {ranks:N0} | " + string.Join(" | ", gigabits.Select(g => Cell(ranks, rate, g * 1e9 / 8))) + " |");
            writer.WriteLine();
        }
    }

    private string Cell(int ranks, double rate, double bytesPerSecond)
    {
        double efficiency = Efficiency(ranks, ImagesOnMachine, rate, bytesPerSecond), hours = (double)ImageNet * Epochs / (rate * ranks * efficiency) / 3600;
        return string.Create(CultureInfo.InvariantCulture, $"{efficiency * 100:0} %, {(hours >= 10 ? $"{hours:0}" : $"{hours:0.0}")} h");
    }
}
