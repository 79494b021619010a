using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Mekiki.Serving.Metrics;

/// <summary>The meter's figures as the text that Prometheus reads.</summary>
/// <remarks>Prometheus, "Exposition formats", text format 0.0.4. Names and units as OpenTelemetry's "Prometheus and OpenMetrics Compatibility" gives them.</remarks>
internal sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly double[] seconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
    private static readonly double[] images = [1, 2, 4, 8, 16, 32];

    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Key, Cell> cells = new();

    /// <param name="meter">Of this service; a program may have several.</param>
    public PrometheusText(ServingMeter meter)
    {
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (meter.Has(instrument))
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();
    }

    /// <summary>All figures as they are now.</summary>
    public string Write()
    {
        listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in cells.GroupBy(c => c.Key.Instrument).OrderBy(f => f.Key.Name, StringComparer.Ordinal))
        {
            var (name, kind) = (NameOf(family.Key), Kind(family.Key));
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {family.Key.Description}\n# TYPE {name} {kind}\n");
            foreach (var (key, cell) in family.OrderBy(c => c.Key.Labels(), StringComparer.Ordinal))
                cell.Write(text, name, key.Labels());
        }

        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = new Key(instrument, Name(tags, 0), Value(tags, 0), Name(tags, 1), Value(tags, 1));
        cells.GetOrAdd(key, static k => k.Instrument switch
        {
            Histogram<double> => new Cell(seconds, isGauge: false),
            Histogram<int> => new Cell(images, isGauge: false),
            ObservableGauge<long> => new Cell([], isGauge: true),
            _ => new Cell([], isGauge: false),
        }).Take(value);

        static string? Name(ReadOnlySpan<KeyValuePair<string, object?>> tags, int i) => i < tags.Length ? tags[i].Key : null;
        static string? Value(ReadOnlySpan<KeyValuePair<string, object?>> tags, int i) => i < tags.Length ? tags[i].Value as string : null;
    }

    private static string Kind(Instrument instrument) => instrument switch { Histogram<double> or Histogram<int> => "histogram", ObservableGauge<long> => "gauge", _ => "counter" };

    private static string NameOf(Instrument instrument)
    {
        string name = instrument.Name.Replace('.', '_');
        return Kind(instrument) == "counter" ? name + "_total" : instrument.Unit == "s" ? name + "_seconds" : name;
    }

    // An instrument has at most two tags.
    private readonly record struct Key(Instrument Instrument, string? Name, string? Value, string? OtherName, string? OtherValue)
    {
        public string Labels()
        {
            string one = Name is null ? "" : $"{Name}=\"{Escaped(Value)}\"";
            return OtherName is null ? one : $"{one},{OtherName}=\"{Escaped(OtherValue)}\"";
        }

        private static string Escaped(string? value) => (value ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }

    // A counter, a gauge, or a histogram with the upper ends of its buckets.
    private sealed class Cell(double[] ends, bool isGauge)
    {
        private readonly long[] counts = new long[ends.Length + 1];
        private readonly Lock gate = new();
        private double sum;

        public void Take(double value)
        {
            int bucket = 0;
            while (bucket < ends.Length && value > ends[bucket])
                bucket++;
            lock (gate)
            {
                sum = isGauge ? value : sum + value;
                counts[bucket]++;
            }
        }

        public void Write(StringBuilder text, string name, string labels)
        {
            lock (gate)
            {
                if (ends.Length == 0)
                {
                    Line(text, name, labels, sum);
                    return;
                }

                long all = 0;
                string before = labels.Length == 0 ? "" : labels + ",";
                for (int i = 0; i < counts.Length; i++)
                    Line(text, name + "_bucket", $"{before}le=\"{(i < ends.Length ? ends[i].ToString(CultureInfo.InvariantCulture) : "+Inf")}\"", all += counts[i]);
                Line(text, name + "_sum", labels, sum);
                Line(text, name + "_count", labels, all);
            }
        }

        private static void Line(StringBuilder text, string name, string labels, double value)
        {
            text.Append(name);
            if (labels.Length > 0)
                text.Append('{').Append(labels).Append('}');
            text.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }
    }
}
