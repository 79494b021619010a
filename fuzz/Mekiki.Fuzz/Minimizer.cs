using System.Diagnostics;

namespace Mekiki.Fuzz;

/// <summary>Makes an input that fails small: pieces are cut out, halves first, as long as it fails in the same way.</summary>
/// <remarks>Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002. Differs: it does not begin anew with large pieces after a success.</remarks>
internal static class Minimizer
{
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(20);

    /// <summary>The smallest one that was found.</summary>
    public static byte[] Small(byte[] input, Func<byte[], bool> fails)
    {
        var clock = Stopwatch.StartNew();
        for (int piece = Math.Max(1, input.Length / 2); piece > 0; piece /= 2)
            for (int at = 0; at < input.Length && clock.Elapsed < longest;)
            {
                byte[] candidate = [.. input[..at], .. input[Math.Min(input.Length, at + piece)..]];
                if (candidate.Length > 0 && fails(candidate))
                    input = candidate;
                else
                    at += piece;
            }

        return input;
    }
}
