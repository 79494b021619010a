using Mekiki.Vision.Models;

namespace Mekiki.Workbench.Lecture;

/// <summary>What a recognizer needs, as a few steps of it tell.</summary>
/// <param name="Entry">The recognizer.</param>
/// <param name="EpochSeconds">For all training images once; of one that learns from all at once, its whole training.</param>
/// <param name="TestSeconds">For all test images.</param>
/// <param name="Problem">Why it cannot be trained, or null.</param>
public sealed record Estimate(ModelEntry Entry, double EpochSeconds, double TestSeconds, string? Problem = null);

/// <summary>What a recognizer is given.</summary>
/// <param name="Estimate">What it needs.</param>
/// <param name="Epochs">How often every image is trained on; 0: it is left out.</param>
/// <param name="Reason">Why it is left out; null where it is trained.</param>
public sealed record Planned(Estimate Estimate, int Epochs, string? Reason)
{
    /// <summary>How long it is expected to take.</summary>
    public double Seconds => Epochs == 0 ? 0 : Epochs * Estimate.EpochSeconds + Estimate.TestSeconds;
}

/// <summary>Shares a time among recognizers.</summary>
public static class Plan
{
    /// <summary>More epochs than these bring little on the same images.</summary>
    public const int MostEpochs = 8;

    /// <summary>
    /// Each gets one epoch, or is left out if it alone needs more than is there, the slowest first if all together do.
    /// What is left goes, an epoch at a time, to the one with the fewest epochs, among equals to the quickest.
    /// </summary>
    /// <param name="estimates">What each needs.</param>
    /// <param name="seconds">How much time there is.</param>
    /// <returns>In the order of the estimates.</returns>
    public static IReadOnlyList<Planned> Share(IReadOnlyList<Estimate> estimates, double seconds)
    {
        int[] epochs = [.. estimates.Select(e => e.Problem is null ? 1 : 0)];
        double left = seconds - estimates.Where(e => e.Problem is null).Sum(OneEpoch);
        while (left < 0 && Slowest(estimates, epochs) is >= 0 and var slowest)
        {
            epochs[slowest] = 0;
            left += OneEpoch(estimates[slowest]);
        }

        while (Neediest(estimates, epochs, left) is >= 0 and var needy)
        {
            epochs[needy]++;
            left -= estimates[needy].EpochSeconds;
        }

        return [.. estimates.Select((e, i) => new Planned(e, epochs[i], epochs[i] > 0 ? null : e.Problem ?? Reason(e, seconds)))];
    }

    private static double OneEpoch(Estimate e) => e.EpochSeconds + e.TestSeconds;

    private static int Slowest(IReadOnlyList<Estimate> estimates, int[] epochs)
    {
        int found = -1;
        for (int i = 0; i < epochs.Length; i++)
            if (epochs[i] > 0 && (found < 0 || OneEpoch(estimates[i]) >= OneEpoch(estimates[found])))
                found = i;
        return found;
    }

    private static int Neediest(IReadOnlyList<Estimate> estimates, int[] epochs, double left)
    {
        int found = -1;
        for (int i = 0; i < epochs.Length; i++)
            if (epochs[i] is > 0 and < MostEpochs && !estimates[i].Entry.IsFitted && estimates[i].EpochSeconds <= left
                && (found < 0 || epochs[i] < epochs[found] || (epochs[i] == epochs[found] && estimates[i].EpochSeconds < estimates[found].EpochSeconds)))
                found = i;
        return found;
    }

    private static string Reason(Estimate e, double seconds) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"needs {Seconds(OneEpoch(e))} s for one epoch and its test, {(OneEpoch(e) > seconds ? $"and there are {Seconds(Math.Max(0, seconds))}" : "too many beside the others")}");

    private static string Seconds(double seconds) => seconds.ToString(seconds < 10 ? "0.#" : "0", System.Globalization.CultureInfo.InvariantCulture);
}
