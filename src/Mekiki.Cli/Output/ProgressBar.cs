using System.Globalization;
using System.Text;

namespace Mekiki.Cli.Output;

/// <summary>One line on standard error that shows how far something is; nothing where no one looks.</summary>
/// <remarks>Any thread may report; the line is drawn at most ten times a second.</remarks>
internal sealed class ProgressBar : IDisposable, IProgress<int>
{
    private const int BarLength = 20;
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(100);

    private readonly Host host;
    private readonly string task;
    private readonly long total;
    private readonly Func<double, string>? amount;
    private readonly long already, started;
    private readonly Lock gate = new();
    private long drawn;
    private bool shown;
    private int above;

    /// <param name="host">Where it is drawn.</param>
    /// <param name="task">What is done: <c>epoch 1/3</c>.</param>
    /// <param name="total">How much there is to do, or 0 when that is not known.</param>
    /// <param name="amount">How an amount is written, see <see cref="Amounts"/>; null: only shares are told.</param>
    /// <param name="already">How much was done before, which does not count for the rate.</param>
    public ProgressBar(Host host, string task, long total, Func<double, string>? amount, long already = 0)
    {
        (this.host, this.task, this.total, this.amount, this.already) = (host, task, total, amount, already);
        started = host.Clock.GetTimestamp();
        drawn = long.MinValue;
    }

    /// <summary>Lines that are drawn above the bar, for a given width; null: none. Once the user has asked to stop, messages stand there and nothing is drawn.</summary>
    public Func<int, IReadOnlyList<string>>? Above { get; init; }

    /// <summary>Shows how far it is.</summary>
    /// <param name="done">How much is done.</param>
    /// <param name="loss">The current loss, if there is one.</param>
    /// <param name="accuracy">The current accuracy in [0, 1], if there is one.</param>
    public void Report(long done, double? loss = null, double? accuracy = null)
    {
        if (!host.ErrorIsTerminal || (Above is not null && host.Interrupt.IsRequested))
            return;
        lock (gate)
        {
            long now = host.Clock.GetTimestamp();
            if (drawn != long.MinValue && host.Clock.GetElapsedTime(drawn, now) < pause && done != total)
                return;
            drawn = now;
            shown = true;
            string line = Line(done, loss, accuracy, host.Clock.GetElapsedTime(started, now));
            string before = Above is null ? "" : Lines();
            host.Error.Write($"{before}\r{(line.Length < host.Width ? line : line[..(host.Width - 1)])}\e[K");
        }
    }

    void IProgress<int>.Report(int done) => Report(done);

    /// <summary>Takes the lines away.</summary>
    public void Dispose()
    {
        lock (gate)
            if (shown && !(above > 0 && host.Interrupt.IsRequested))
                host.Error.Write($"\r\e[K{string.Concat(Enumerable.Repeat("\e[1A\e[K", above))}");
    }

    // Up to the first line, and all of them anew.
    private string Lines()
    {
        string up = above > 0 ? $"\r\e[{above}A" : "\r";
        var lines = Above!(host.Width);
        above = lines.Count;
        return up + string.Concat(lines.Select(l => l + "\e[K\n"));
    }

    private string Line(long done, double? loss, double? accuracy, TimeSpan elapsed)
    {
        double rate = elapsed.TotalSeconds > 0 ? (done - already) / elapsed.TotalSeconds : 0;
        var line = new StringBuilder(task);
        if (total > 0)
        {
            double share = Math.Clamp((double)done / total, 0, 1);
            int full = (int)(share * BarLength);
            line.Append(' ').Append('█', full).Append('░', BarLength - full).Append(string.Create(CultureInfo.InvariantCulture, $" {share * 100,3:0} %"));
        }
        else if (amount is not null)
            line.Append("  ").Append(amount(done));

        if (amount is not null)
            line.Append("  ").Append(amount(rate)).Append("/s");
        if (loss is { } l)
            line.Append(string.Create(CultureInfo.InvariantCulture, $"  loss {l:0.000}"));
        if (accuracy is { } a)
            line.Append(string.Create(CultureInfo.InvariantCulture, $"  accuracy {a * 100:0.0} %"));
        if (total > 0 && rate > 0 && done < total)
            line.Append("  ").Append(Amounts.Duration(TimeSpan.FromSeconds(Math.Min((total - done) / rate, 1e7)))).Append(" left");
        return line.ToString();
    }
}
