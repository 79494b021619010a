using Mekiki.Vision.Images;

namespace Mekiki.Workbench.Benchmarks;

/// <summary>How fast a network is, and how near to what the processor can do.</summary>
/// <param name="Options">What was measured.</param>
/// <param name="Input">The images' shape.</param>
/// <param name="Threads">How many threads worked.</param>
/// <param name="Steps">How many steps were timed.</param>
/// <param name="MedianSeconds">The median of the steps' times.</param>
/// <param name="BestSeconds">The shortest of them.</param>
/// <param name="FlopsPerStep">Floating-point operations of a step, two for a multiply-add, as the layers' definitions count them; 0 where nothing is multiplied.</param>
/// <param name="PeakFlopsPerSecond">What multiply-adds on registers alone reach on as many threads, see <see cref="Machine.MeasurePeakFlopsPerSecond"/>.</param>
/// <param name="PeakMemoryBytes">The most memory that the process has held.</param>
public sealed record BenchmarkResult(
    BenchmarkOptions Options, ImageShape Input, int Threads, int Steps, double MedianSeconds, double BestSeconds,
    long FlopsPerStep, double PeakFlopsPerSecond, long PeakMemoryBytes)
{
    /// <summary>Images a second, by the median.</summary>
    public double ImagesPerSecond => Options.Batch / MedianSeconds;

    /// <summary>Images a second in the best step.</summary>
    public double BestImagesPerSecond => Options.Batch / BestSeconds;

    /// <summary>Floating-point operations a second, by the median.</summary>
    public double FlopsPerSecond => FlopsPerStep / MedianSeconds;

    /// <summary>The share of the peak that was reached. Algorithms that save multiplications, such as Winograd's, may come above what they execute.</summary>
    public double ShareOfPeak => FlopsPerSecond / PeakFlopsPerSecond;
}
