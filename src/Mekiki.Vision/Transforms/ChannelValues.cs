using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mekiki.Vision.Transforms;

/// <summary>One number for all channels, or one for each: <c>0.5f</c>, or <c>[0.485f, 0.456f, 0.406f]</c> for red, green and blue.</summary>
/// <example>
/// <code>
/// ChannelValues mean = [0.485f, 0.456f, 0.406f], deviation = 0.25f;
/// var normalize = new Normalize(mean, deviation);
/// </code>
/// </example>
[CollectionBuilder(typeof(ChannelValues), nameof(Of))]
[JsonConverter(typeof(ChannelValuesJson))]
public sealed record ChannelValues : IEnumerable<float>
{
    private readonly float[] values;

    private ChannelValues(float[] values) => this.values = values;

    /// <summary>How many numbers there are: 1, which is meant for all channels, or one for each.</summary>
    public int Count => values.Length;

    /// <summary>The number of a channel.</summary>
    public float this[int channel] => values[values.Length == 1 ? 0 : channel];

    /// <summary>One number for all channels.</summary>
    public static implicit operator ChannelValues(float value) => Of(value);

    /// <summary>A number for each channel; a single one is for all.</summary>
    /// <exception cref="MekikiException">There are none.</exception>
    public static ChannelValues Of(params ReadOnlySpan<float> values) => values.Length > 0
        ? new(values.ToArray())
        : throw new MekikiException("ChannelValues: expected one number for all channels or one for each, got none.");

    /// <summary>Whether there is one number for all, or one for each of so many channels.</summary>
    public bool Fits(int channels) => Count == 1 || Count == channels;

    /// <summary>The numbers, in the order of the channels.</summary>
    public IEnumerator<float> GetEnumerator() => values.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether both have the same numbers.</summary>
    public bool Equals(ChannelValues? other) => other is not null && values.AsSpan().SequenceEqual(other.values);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (float value in values)
            hash.Add(value);
        return hash.ToHashCode();
    }

    /// <summary>The numbers as <c>0.5</c> or <c>[0.485, 0.456, 0.406]</c>.</summary>
    public override string ToString()
    {
        string text = string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture)));
        return Count == 1 ? text : $"[{text}]";
    }
}

/// <summary>One number is written as a number, so that files look as they did when there could be no more; several are a list.</summary>
internal sealed class ChannelValuesJson : JsonConverter<ChannelValues>
{
    public override bool HandleNull => true;

    public override ChannelValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.GetSingle();
        var values = new List<float>();
        if (reader.TokenType == JsonTokenType.StartArray)
            while (reader.Read() && reader.TokenType == JsonTokenType.Number)
                values.Add(reader.GetSingle());
        return reader.TokenType == JsonTokenType.EndArray && values.Count > 0
            ? ChannelValues.Of([.. values])
            : throw new JsonException($"Expected a number or a list of numbers, got {(reader.TokenType == JsonTokenType.EndArray ? "an empty list" : reader.TokenType)}.");
    }

    public override void Write(Utf8JsonWriter writer, ChannelValues value, JsonSerializerOptions options)
    {
        if (value.Count == 1)
        {
            writer.WriteNumberValue(value[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (float one in value)
            writer.WriteNumberValue(one);
        writer.WriteEndArray();
    }
}
