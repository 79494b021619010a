using Mekiki.Vision.Images;

namespace Mekiki.Fuzz;

/// <summary>What came of reading an input.</summary>
internal enum Verdict
{
    /// <summary>It was read.</summary>
    Accepted,

    /// <summary>A message with the file's name, or a reason why an image is left out.</summary>
    Refused,

    /// <summary>Another exception, or a message that lacks the name or holds control characters.</summary>
    Wrong,

    /// <summary>It took more than two seconds of a processor.</summary>
    Slow,

    /// <summary>It took more memory than it may.</summary>
    Large,
}

/// <summary>What came of reading an input.</summary>
/// <param name="Verdict">In a word.</param>
/// <param name="Key">The same for the same fault.</param>
/// <param name="Text">What is to be seen of it.</param>
internal sealed record Outcome(Verdict Verdict, string Key = "", string Text = "")
{
    private const double MostSeconds = 2;
    private const long Own = 64L << 20, Ratio = 4, Doubtful = 20L << 20;
    private static readonly Outcome accepted = new(Verdict.Accepted);

    /// <summary>Reads an input.</summary>
    public static Outcome Of(Format format, byte[] input, Workspace work)
    {
        long allocated = GC.GetTotalAllocatedBytes(), most = Math.Max(format.StatedBytes, Own + Ratio * input.Length);
        var (outcome, seconds) = Once(format, input, work);
        if (outcome.Verdict == Verdict.Wrong)
            return outcome;
        // Only who takes time or allocates can take much memory. Both are measured again, alone.
        if (seconds > MostSeconds && Once(format, input, work) is { Seconds: > MostSeconds } again)
            return new(Verdict.Slow, "slow", $"{again.Seconds:0.0} s for {input.Length:N0} bytes");
        bool isDoubtful = GC.GetTotalAllocatedBytes() - allocated > Math.Min(most, Own) || seconds > 0.1;
        return isDoubtful && input.Length < Doubtful && PeakMemory.Of(() => Once(format, input, work)) is var peak && peak > most
            ? new(Verdict.Large, "large", $"{peak >> 20:N0} MiB for {input.Length:N0} bytes")
            : outcome;
    }

    private static (Outcome Outcome, double Seconds) Once(Format format, byte[] input, Workspace work)
    {
        var before = Environment.CpuUsage.TotalTime;
        Outcome outcome;
        try
        {
            format.Read(input, work);
            outcome = accepted;
        }
        catch (UnreadableImageException e)
        {
            outcome = HasControls(e.Message) ? Wrong(e, "control characters in its reason") : Refused(e);
        }
        catch (MekikiException e)
        {
            outcome = !e.Message.Contains(work.Folder, StringComparison.Ordinal) ? Wrong(e, "no name in its message") : HasControls(e.Message) ? Wrong(e, "control characters in its message") : Refused(e);
        }
        catch (Exception e)
        {
            outcome = Wrong(e, "no message");
        }

        return (outcome, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    private static Outcome Refused(Exception e) => new(Verdict.Refused, Text: e.Message);

    private static bool HasControls(string text) => text.AsSpan().ContainsAnyInRange('\0', '\u001F') || text.AsSpan().ContainsAnyInRange('\u007F', '\u009F');

    // The first line of the trace that is in our code tells one fault from another.
    private static Outcome Wrong(Exception e, string what)
    {
        while (e is AggregateException { InnerException: { } inner })
            e = inner;
        string frame = (e.StackTrace ?? "").Split('\n').FirstOrDefault(line => line.Contains("Mekiki.", StringComparison.Ordinal)) ?? "";
        int end = frame.IndexOf('(', StringComparison.Ordinal);
        return new(Verdict.Wrong, $"{e.GetType().Name} {frame[..Math.Max(0, end)].Trim()} {what}", e.ToString());
    }
}
