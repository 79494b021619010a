using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

/// <summary>Event files are read back by a decoder of the published formats that shares nothing with the writer.</summary>
public sealed class EventLogTests : IDisposable
{
    private static readonly DateTimeOffset time = new(2026, 1, 2, 3, 4, 5, 250, TimeSpan.Zero);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed record Event(double WallTime, long Step, string? Version, Dictionary<string, float> Scalars);

    [Fact]
    public void Checksum_IsCrc32C()
    {
        // RFC 3720, appendix B.4: 32 bytes of 0; and the usual check value of "123456789".
        Assert.Equal(0x8A9136AAu, Crc32C(new byte[32]));
        Assert.Equal(0xE3069283u, Crc32C("123456789"u8.ToArray()));
        Assert.Equal(Mask(0xE3069283u), EventLog.Masked("123456789"u8));
    }

    [Fact]
    public void WrittenEvents_AreReadBack()
    {
        var bytes = new ArrayBufferWriter<byte>();
        EventLog.AddVersion(bytes, time);
        EventLog.Add(bytes, time, 1, ("step/loss", 4.25), ("精度", 0.5));
        EventLog.Add(bytes, time.AddSeconds(1), 1234567890123, ("step/loss", double.NaN));
        var events = Decode(bytes.WrittenSpan.ToArray());
        Assert.Equal((1767323045.25, 0, "brain.Event:2", 0), (events[0].WallTime, events[0].Step, events[0].Version, events[0].Scalars.Count));
        Assert.Equal((1767323045.25, 1, 4.25f, 0.5f), (events[1].WallTime, events[1].Step, events[1].Scalars["step/loss"], events[1].Scalars["精度"]));
        Assert.Equal((1767323046.25, 1234567890123, float.NaN), (events[2].WallTime, events[2].Step, events[2].Scalars["step/loss"]));
    }

    [Fact]
    public void Run_WritesEachStepOnce_AlsoWhenItIsStoppedAndResumed()
    {
        Bars.Folder(folder);
        var data = new DataOptions { Source = folder["bars"], Train = 72, Test = 24 };
        var run = TrainingRun.Create(data, new TrainOptions { Model = "mlp", Epochs = 2, BatchSize = 16 }, folder["run/run"], new RunOptions { TensorBoard = true });
        using var source = new CancellationTokenSource();
        run.Train(new StopAfter(source, 7), source.Token);
        string file = Directory.GetFiles(run.Folder, "events.out.tfevents.*").Single();
        // As if it had been killed after two more steps, in the middle of a record.
        var more = new ArrayBufferWriter<byte>();
        EventLog.Add(more, time, 8, ("step/loss", 1));
        EventLog.Add(more, time, 9, ("step/loss", 1));
        using (var stream = new FileStream(file, FileMode.Append))
            stream.Write(more.WrittenSpan[..^3]);

        Assert.False(TrainingRun.Resume(run.Folder).Train(cancellation: Token).IsInterrupted);
        var events = Decode(File.ReadAllBytes(Directory.GetFiles(run.Folder, "events.out.tfevents.*").Single()));
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), events.Where(e => e.Scalars.ContainsKey("step/loss")).Select(e => e.Step));
        Assert.All(events.Where(e => e.Scalars.ContainsKey("step/loss")), e => Assert.Equal(["step/loss", "step/accuracy", "step/learning_rate"], e.Scalars.Keys));
        Assert.Equal([5L, 10L], events.Where(e => e.Scalars.ContainsKey("epoch/test_accuracy")).Select(e => e.Step));
    }

    [Fact]
    public void Cut_KeepsWhatIsWholeUpToAStep()
    {
        var bytes = new ArrayBufferWriter<byte>();
        EventLog.AddVersion(bytes, time);
        for (int step = 1; step <= 200; step++)
            EventLog.Add(bytes, time, step, ("a", step));
        byte[] all = bytes.WrittenSpan.ToArray();
        string path = folder["events"];
        File.WriteAllBytes(path, all);
        EventLog.CutAfter(path, 150);
        Assert.Equal(151, Decode(File.ReadAllBytes(path)).Count);
        all[all.Length / 2] ^= 1;
        File.WriteAllBytes(path, all);
        EventLog.CutAfter(path, 150);
        Assert.InRange(Decode(File.ReadAllBytes(path)).Count, 95, 105);
    }

    private static List<Event> Decode(byte[] file)
    {
        var events = new List<Event>();
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Mask(Crc32C(file[at..(at + 8)])), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            byte[] data = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(Mask(Crc32C(data)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            at += 16 + length;
            double wall = 0;
            long step = 0;
            string? version = null;
            var scalars = new Dictionary<string, float>();
            foreach (var (field, number, part) in Fields(data))
            {
                if (field == 1)
                    wall = BitConverter.UInt64BitsToDouble(number);
                else if (field == 2)
                    step = (long)number;
                else if (field == 3)
                    version = Encoding.UTF8.GetString(part);
                else if (field == 5)
                    foreach (var value in Fields(part))
                    {
                        Assert.Equal(1, value.Field);
                        var fields = Fields(value.Part);
                        scalars.Add(Encoding.UTF8.GetString(fields.Single(f => f.Field == 1).Part), BitConverter.UInt32BitsToSingle((uint)fields.Single(f => f.Field == 2).Number));
                    }
            }

            events.Add(new(wall, step, version, scalars));
        }

        return events;
    }

    private static List<(int Field, ulong Number, byte[] Part)> Fields(byte[] message)
    {
        var fields = new List<(int, ulong, byte[])>();
        for (int at = 0; at < message.Length;)
        {
            ulong key = VarInt();
            int field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    fields.Add((field, VarInt(), []));
                    break;
                case 1:
                    fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at)), []));
                    at += 8;
                    break;
                case 2:
                    int length = (int)VarInt();
                    fields.Add((field, 0, message[at..(at + length)]));
                    at += length;
                    break;
                default:
                    fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at)), []));
                    at += 4;
                    break;
            }

            ulong VarInt()
            {
                ulong value = 0;
                for (int shift = 0; ; shift += 7)
                {
                    byte b = message[at++];
                    value |= (ulong)(b & 0x7F) << shift;
                    if (b < 0x80)
                        return value;
                }
            }
        }

        return fields;
    }

    private static uint Mask(uint crc) => ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;

    // Bit by bit, polynomial 0x1EDC6F41 reflected.
    private static uint Crc32C(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
        }

        return ~crc;
    }
}
