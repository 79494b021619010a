using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Mekiki.Workbench.Runs;

/// <summary>Scalars in a TensorBoard event file: loss, accuracy and learning rate of each step, and all figures of each epoch.</summary>
/// <remarks>
/// The file is a sequence of TFRecords (tensorflow/core/lib/io/record_writer.h): length (uint64), masked CRC-32C of the length,
/// data, masked CRC-32C of the data, little-endian; each holds an Event message (tensorflow/core/util/event.proto): wall_time 1
/// (double), step 2 (int64), file_version 3, summary 5; a Summary is a list of values, 1, with tag 1 and simple_value 2 (float).
/// </remarks>
internal static class EventLog
{
    private const int HeadLength = 12, MostData = 1 << 20;

    /// <summary>The name of a new event file, by which TensorBoard finds and orders it.</summary>
    public static string NewName(DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{now.ToUnixTimeSeconds():D10}.mekiki");

    /// <summary>The event file in a run's folder, or null.</summary>
    public static string? Find(string folder) =>
        Directory.EnumerateFiles(folder, "events.out.tfevents.*.mekiki").Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Adds the record that every file begins with.</summary>
    public static void AddVersion(IBufferWriter<byte> to, DateTimeOffset now)
    {
        var message = new Message();
        message.Double(1, Seconds(now));
        message.Text(3, "brain.Event:2");
        Write(to, message.Bytes);
    }

    /// <summary>Adds scalars of a step.</summary>
    /// <param name="to">The file.</param>
    /// <param name="now">The wall time.</param>
    /// <param name="step">1 for the first.</param>
    /// <param name="scalars">Tags such as <c>train/loss</c>, with their values.</param>
    public static void Add(IBufferWriter<byte> to, DateTimeOffset now, long step, params ReadOnlySpan<(string Tag, double Value)> scalars)
    {
        Message summary = new(), message = new();
        foreach (var (tag, value) in scalars)
        {
            var scalar = new Message();
            scalar.Text(1, tag);
            scalar.Float(2, (float)value);
            summary.Part(1, scalar.Bytes);
        }

        message.Double(1, Seconds(now));
        message.Whole(2, step);
        message.Part(5, summary.Bytes);
        Write(to, message.Bytes);
    }

    /// <summary>Takes away records behind step <paramref name="last"/>, and what is half a record or damaged.</summary>
    public static void CutAfter(string path, long last)
    {
        long kept = 0;
        using (var stream = new BufferedStream(File.OpenRead(path), 1 << 16))
        {
            while (Read(stream) is { } data && StepOf(data) <= last)
                kept += HeadLength + data.Length + 4;
        }

        GrowingFile.Cut(path, kept);
    }

    /// <summary>The data of the next record; null at the end, or if it is cut off or damaged.</summary>
    internal static byte[]? Read(Stream stream)
    {
        var head = new byte[HeadLength];
        if (stream.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) < HeadLength || BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)) != Masked(head.AsSpan(0, 8)))
            return null;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        if (length > MostData)
            return null;
        var data = new byte[length + 4];
        return stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) == data.Length && BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)length)) == Masked(data.AsSpan(0, (int)length))
            ? data[..(int)length]
            : null;
    }

    /// <summary>CRC-32C, rotated and shifted, since a sum over data that holds its own sum would be weak.</summary>
    internal static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
            crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8u;
    }

    private static double Seconds(DateTimeOffset now) => now.ToUnixTimeMilliseconds() / 1000.0;

    private static void Write(IBufferWriter<byte> to, ReadOnlySpan<byte> data)
    {
        var span = to.GetSpan(HeadLength + data.Length + 4);
        BinaryPrimitives.WriteUInt64LittleEndian(span, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(span[8..], Masked(span[..8]));
        data.CopyTo(span[HeadLength..]);
        BinaryPrimitives.WriteUInt32LittleEndian(span[(HeadLength + data.Length)..], Masked(data));
        to.Advance(HeadLength + data.Length + 4);
    }

    // Our own events alone: wall_time and then step, which is absent where it is 0.
    private static long StepOf(ReadOnlySpan<byte> data)
    {
        if (data.Length < 11 || data[0] != (1 << 3 | 1) || data[9] != 2 << 3)
            return 0;
        ulong step = 0;
        for (int i = 10, shift = 0; i < data.Length && shift < 64; i++, shift += 7)
        {
            step |= (ulong)(data[i] & 0x7F) << shift;
            if (data[i] < 0x80)
                break;
        }

        return (long)step;
    }

    /// <summary>A protobuf message being written: fields by number, https://protobuf.dev/programming-guides/encoding.</summary>
    private sealed class Message
    {
        private readonly ArrayBufferWriter<byte> bytes = new();

        public ReadOnlySpan<byte> Bytes => bytes.WrittenSpan;

        public void Whole(int field, long value)
        {
            Number((ulong)field << 3);
            Number((ulong)value);
        }

        public void Double(int field, double value)
        {
            Number((ulong)field << 3 | 1);
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.GetSpan(8), value);
            bytes.Advance(8);
        }

        public void Float(int field, float value)
        {
            Number((ulong)field << 3 | 5);
            BinaryPrimitives.WriteSingleLittleEndian(bytes.GetSpan(4), value);
            bytes.Advance(4);
        }

        public void Text(int field, string value) => Part(field, Encoding.UTF8.GetBytes(value));

        public void Part(int field, ReadOnlySpan<byte> value)
        {
            Number((ulong)field << 3 | 2);
            Number((ulong)value.Length);
            bytes.Write(value);
        }

        private void Number(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
                Byte((byte)(value | 0x80));
            Byte((byte)value);
        }

        private void Byte(byte value)
        {
            bytes.GetSpan(1)[0] = value;
            bytes.Advance(1);
        }
    }
}
