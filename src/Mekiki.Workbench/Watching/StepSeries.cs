using System.Text.Json;

namespace Mekiki.Workbench.Watching;

/// <summary>The steps of a run as curves of at most 1,024 points, read from <c>steps.jsonl</c> as it grows: each point is the mean of equally many steps.</summary>
internal sealed class StepSeries(string path)
{
    private const int MostPoints = 1024, RecentSteps = 64, PieceBytes = 1 << 18;

    private readonly List<Point> points = [];
    private readonly Queue<(long Images, double Seconds)> recent = [];
    private Sum open;
    private long position, stepsPerPoint = 1;

    /// <summary>The points so far; the last one may be of fewer steps.</summary>
    public IEnumerable<Point> Points => open.Count == 0 ? points : points.Append(open.Mean());

    /// <summary>The last step that was read.</summary>
    public Point Last { get; private set; }

    /// <summary>Images of all steps so far.</summary>
    public long Images { get; private set; }

    /// <summary>Images a second over the last steps; 0: there are too few.</summary>
    public double Rate => recent.Count > 1 && recent.Peek() is var first && recent.Last() is var last && last.Seconds > first.Seconds
        ? (last.Images - first.Images) / (last.Seconds - first.Seconds)
        : 0;

    /// <summary>Reads what was added. A file that became shorter, as where a run goes on from a checkpoint, is read anew.</summary>
    public void Refresh()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length < position)
                Clear();
            file.Position = position;
            var piece = new byte[PieceBytes];
            int kept = 0;
            while (file.Read(piece, kept, piece.Length - kept) is var read and > 0)
            {
                var text = piece.AsSpan(0, kept + read);
                int end;
                while ((end = text.IndexOf((byte)'\n')) >= 0)
                {
                    Add(text[..end]);
                    position += end + 1;
                    text = text[(end + 1)..];
                }

                // Half a line is read again when it is whole; one that fills the piece is no line of ours.
                if (text.Length == piece.Length)
                    return;
                text.CopyTo(piece);
                kept = text.Length;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is not there yet, or no more.
        }
    }

    private void Add(ReadOnlySpan<byte> line)
    {
        if (Parse(line) is not var (point, images, seconds))
            return;
        if (point.Step <= Last.Step)
        {
            // The run went on from before this step.
            long at = position;
            Clear();
            position = at;
        }

        (Last, Images) = (point, images);
        recent.Enqueue((images, seconds));
        if (recent.Count > RecentSteps)
            recent.Dequeue();
        open.Add(point);
        if (open.Count < stepsPerPoint)
            return;
        points.Add(open.Mean());
        open = default;
        if (points.Count < MostPoints)
            return;
        for (int i = 0; i < MostPoints / 2; i++)
            points[i] = Point.Mean(points[2 * i], points[2 * i + 1]);
        points.RemoveRange(MostPoints / 2, MostPoints / 2);
        stepsPerPoint *= 2;
    }

    private static (Point Point, long Images, double Seconds)? Parse(ReadOnlySpan<byte> line)
    {
        long step = 0, images = 0;
        double loss = 0, accuracy = 0, rate = 0, seconds = 0;
        try
        {
            var json = new Utf8JsonReader(line);
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName)
                    continue;
                ref double number = ref seconds;
                if (json.ValueTextEquals("loss"u8))
                    number = ref loss;
                else if (json.ValueTextEquals("accuracy"u8))
                    number = ref accuracy;
                else if (json.ValueTextEquals("lr"u8))
                    number = ref rate;
                else if (!json.ValueTextEquals("seconds"u8))
                {
                    bool isStep = json.ValueTextEquals("step"u8), isImages = json.ValueTextEquals("images"u8);
                    json.Read();
                    if (isStep)
                        step = json.GetInt64();
                    else if (isImages)
                        images = json.GetInt64();
                    continue;
                }

                json.Read();
                number = json.GetDouble();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }

        return step > 0 ? (new(step, loss, accuracy, rate), images, seconds) : null;
    }

    private void Clear()
    {
        points.Clear();
        recent.Clear();
        (open, position, stepsPerPoint, Last, Images) = (default, 0, 1, default, 0);
    }

    /// <summary>One step, or the mean of several, at the last of them.</summary>
    internal readonly record struct Point(double Step, double Loss, double Accuracy, double LearningRate)
    {
        public static Point Mean(in Point a, in Point b) => new(b.Step, (a.Loss + b.Loss) / 2, (a.Accuracy + b.Accuracy) / 2, (a.LearningRate + b.LearningRate) / 2);
    }

    private struct Sum
    {
        private double step, loss, accuracy, rate;

        public int Count { get; private set; }

        public void Add(in Point p)
        {
            Count++;
            step = p.Step;
            loss += p.Loss;
            accuracy += p.Accuracy;
            rate += p.LearningRate;
        }

        public readonly Point Mean() => new(step, loss / Count, accuracy / Count, rate / Count);
    }
}
