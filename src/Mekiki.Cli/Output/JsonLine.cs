using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mekiki.Cli.Output;

/// <summary>One JSON object on one line, its names in snake_case.</summary>
/// <remarks>
/// <code>new JsonLine().Add("command", "train").Add("loss", 0.5).WriteTo(host.Out);</code>
/// Numbers that are not finite become null. The line is flushed, so that a reader at the other end has it at once.
/// </remarks>
internal sealed class JsonLine
{
    private static readonly JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> buffer = new();
    private readonly Utf8JsonWriter json;

    public JsonLine()
    {
        json = new Utf8JsonWriter(buffer, options);
        json.WriteStartObject();
    }

    public JsonLine Add(string name, string? value)
    {
        if (value is null)
            json.WriteNull(name);
        else
            json.WriteString(name, value);
        return this;
    }

    public JsonLine Add(string name, long value)
    {
        json.WriteNumber(name, value);
        return this;
    }

    public JsonLine Add(string name, ulong value)
    {
        json.WriteNumber(name, value);
        return this;
    }

    public JsonLine Add(string name, bool value)
    {
        json.WriteBoolean(name, value);
        return this;
    }

    /// <summary>A number, rounded to as many decimals, so that lines stay short; null when it is not finite.</summary>
    public JsonLine Add(string name, double? value, int decimals = 6)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, Math.Abs(number) < 1e9 ? (decimal)Math.Round(number, decimals) : (decimal)number);
        else
            json.WriteNull(name);
        return this;
    }

    public JsonLine Add(string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
        return this;
    }

    /// <summary>A list of objects, each filled by <paramref name="fill"/>.</summary>
    public JsonLine Add<T>(string name, IEnumerable<T> items, Action<JsonLine, T> fill)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            fill(this, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        return this;
    }

    public void WriteTo(TextWriter writer)
    {
        json.WriteEndObject();
        json.Flush();
        writer.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        writer.Write('\n');
        writer.Flush();
    }
}
