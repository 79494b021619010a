using System.Globalization;

namespace Mekiki.Cli.Output;

/// <summary>One line on standard error that shows how far something is. Where no one looks, it says so once a minute.</summary>
/// <remarks>
/// Any thread may report; the line is drawn at most ten times a second. The cursor waits at the line's beginning: when the
/// window becomes narrower, terminals break lines anew, and what is below the cursor is then cleared with the line.
/// </remarks>
internal sealed class ProgressBar : IDisposable, IProgress<int>, IProgress<(int Done, int All)>
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(100), second = TimeSpan.FromSeconds(1);

    private readonly Host host;
    private readonly string task;
    private readonly ITimer? timer;
    private long total, already, started;
    private Func<double, string>? amount;
    private long drawn = long.MinValue;
    private Func<Shown> state;
    private Reported? reported;
    private string[] above = [];
    private bool isShown, isOver, isReading;

    /// <param name="host">Where it is drawn.</param>
    /// <param name="task">What is done: <c>epoch 1/3</c>.</param>
    /// <param name="total">How much there is to do, or 0 when that is not known.</param>
    /// <param name="amount">How an amount is written, see <see cref="Amounts"/>; null: only shares are told.</param>
    /// <param name="already">How much was done before, which does not count for the rate.</param>
    public ProgressBar(Host host, string task, long total, Func<double, string>? amount, long already = 0)
        : this(host, task, total, amount, already, ticks: false)
    {
    }

    private ProgressBar(Host host, string task, long total, Func<double, string>? amount, long already, bool ticks)
    {
        (this.host, this.task, this.total, this.amount, this.already) = (host, task, total, amount, already);
        _ = host.Heartbeat;
        started = host.Clock.GetTimestamp();
        state = OfReport;
        if (ticks)
            timer = host.Clock.CreateTimer(_ => Draw(isLast: false), null, second, second);
    }

    /// <summary>A line for work that cannot tell how far it is, or only now and then: it shows the time, second by second, or how many images are read.</summary>
    /// <param name="host">Where it is drawn.</param>
    /// <param name="task">What is done: <c>reading pictures</c>.</param>
    public static ProgressBar OfTime(Host host, string task)
    {
        var bar = new ProgressBar(host, task, 0, null, 0, ticks: true);
        bar.state = bar.OfElapsed;
        return bar;
    }

    /// <summary>Shows the time while something is done, or how many images are read, where it tells that to the bar.</summary>
    public static T While<T>(Host host, string task, Func<ProgressBar, T> work)
    {
        using var bar = OfTime(host, task);
        return work(bar);
    }

    /// <summary>A bar for work that takes a given time.</summary>
    /// <param name="host">Where it is drawn.</param>
    /// <param name="task">What is done.</param>
    /// <param name="time">How long all of it takes.</param>
    public static ProgressBar OfTime(Host host, string task, TimeSpan time)
    {
        var bar = new ProgressBar(host, task, 0, null, 0, ticks: true);
        bar.state = () =>
        {
            double share = Math.Clamp(bar.Elapsed / time, 0, 1);
            return new(bar.Task, share, [Percent(share), new(bar.Note, 3), new(time > bar.Elapsed ? $"{Amounts.Duration(time - bar.Elapsed)} left" : "", 0)]);
        };
        return bar;
    }

    /// <summary>Lines that are drawn above the bar, for a given width; null: none.</summary>
    public Func<int, string[]>? Above { get; init; }

    /// <summary>What is done right now, in place of the task; null: the task.</summary>
    public string? Now
    {
        get;
        set
        {
            field = value;
            if (isReading)
                (isReading, state) = (false, OfElapsed);
        }
    }

    /// <summary>What was found so far.</summary>
    public string Note { get; set; } = "";

    private string Task => Now ?? task;

    private TimeSpan Elapsed => host.Clock.GetElapsedTime(started);

    /// <summary>Shows how far it is.</summary>
    /// <param name="done">How much is done.</param>
    /// <param name="loss">The current loss, if there is one.</param>
    /// <param name="accuracy">The current accuracy in [0, 1], if there is one.</param>
    /// <param name="later">The time of what comes after this, if anything does and its time is known.</param>
    public void Report(long done, double? loss = null, double? accuracy = null, TimeSpan later = default)
    {
        lock (host.ErrorGate)
            reported = new(done, loss, accuracy, later);
        Draw(isLast: total > 0 && done == total);
    }

    void IProgress<int>.Report(int done) => Report(done);

    /// <summary>Shows how many images are read, of how many, from now on.</summary>
    void IProgress<(int Done, int All)>.Report((int Done, int All) value)
    {
        lock (host.ErrorGate)
            if (!isReading || value.All != total)
                (isReading, total, already, started, amount, state) = (true, value.All, value.Done, host.Clock.GetTimestamp(), Amounts.Images, OfReport);
        Report(value.Done);
    }

    /// <summary>Takes the lines away.</summary>
    public void Dispose()
    {
        timer?.Dispose();
        lock (host.ErrorGate)
        {
            isOver = true;
            Hide();
        }
    }

    private void Draw(bool isLast)
    {
        if (!host.ErrorIsTerminal)
        {
            if (!isOver && host.Heartbeat.IsDue())
                host.Say(Line(int.MaxValue, null, state()));
            return;
        }

        lock (host.ErrorGate)
        {
            long now = host.Clock.GetTimestamp();
            if (isOver || (drawn != long.MinValue && host.Clock.GetElapsedTime(drawn, now) < pause && !isLast))
                return;
            int width = host.Width;
            string clear = Clear(width);
            above = Above?.Invoke(width) ?? [];
            (drawn, isShown) = (now, true);
            host.HideProgress = Hide;
            // One column stays free: a full line may move the cursor to the next one.
            host.Error.Write($"{clear}{string.Concat(above.Select(line => line + "\n"))}{Line(width - 1, host.ErrorStyle, state())}\r");
        }
    }

    private void Hide()
    {
        if (isShown)
            host.Error.Write(Clear(host.Width));
        (isShown, above, drawn) = (false, [], long.MinValue);
        host.HideProgress = null;
    }

    // Up to the first line, as many rows as the lines take now, and all below is cleared.
    private string Clear(int width)
    {
        int rows = above.Sum(line => Math.Max(1, (Columns.Of(line) + width - 1) / width));
        return rows > 0 ? $"\r\e[{rows}A\e[J" : "\r\e[J";
    }

    private Shown OfElapsed() => new(Task, null, [new(Amounts.Duration(Elapsed), 0)]);

    private Shown OfReport()
    {
        var (done, loss, accuracy, later) = reported ?? default;
        var elapsed = Elapsed;
        double? share = total > 0 ? Math.Clamp((double)done / total, 0, 1) : null;
        // The first moments tell nothing of the rate.
        double rate = elapsed >= second ? (done - already) / elapsed.TotalSeconds : 0;
        string left = total > 0 && rate > 0 && done < total ? $"{Amounts.Duration(TimeSpan.FromSeconds(Math.Min((total - done) / rate, 1e7)) + later)} left" : "";
        return new(Task, share,
        [
            share is { } known ? Percent(known) : new(amount?.Invoke(done) ?? "", 1),
            new(amount is not null && rate > 0 ? $"{amount(rate)}/s" : "", 2),
            new(loss is { } l ? string.Create(CultureInfo.InvariantCulture, $"loss {l:0.000}") : "", 4),
            new(accuracy is { } a ? string.Create(CultureInfo.InvariantCulture, $"accuracy {a * 100:0.0} %") : "", 3),
            new(left, 0),
        ]);
    }

    private static LinePart Percent(double share) => new(string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %"), 1);

    private string Line(int width, Style? style, Shown state) => FittedLine.Of(width, style, host.Language.In(state.Task), state.Share, host.Language.IsTranslated ? [.. state.Parts.Select(p => p with { Text = host.Language.In(p.Text) })] : state.Parts);

    private readonly record struct Reported(long Done, double? Loss, double? Accuracy, TimeSpan Later);

    private sealed record Shown(string Task, double? Share, LinePart[] Parts);
}
