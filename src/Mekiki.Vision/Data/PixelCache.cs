using System.Buffers;
using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Decoded sets as files, so that a second start need not decode.</summary>
/// <remarks>
/// A file: magic, length of the head, zeros up to 4,096 bytes, pixels, head (all but the pixels), sha256 of the head.
/// It appears under its name only when whole, is mapped into memory when read, and is believed only when the head's
/// sha256 and the set's fingerprint, computed anew, both agree; otherwise it is deleted and made again.
/// Of many pixels the head holds hashes: then the fingerprint is computed from these, and pixels are checked when they are first used,
/// so that a large set opens at once.
/// </remarks>
/// <param name="folder">Where the files lie.</param>
/// <param name="mostChecked">Up to how many bytes of pixels are checked when a set is opened.</param>
internal sealed class PixelCache(string folder, long mostChecked = PixelCache.MostChecked)
{
    private const string Version = "mekiki pixels 8";
    private const string PartEnding = ".part";
    private const int Together = 1 << 15;
    private static readonly byte[] magic = "MEKIKIPX"u8.ToArray();
    private static readonly TimeSpan partAge = TimeSpan.FromDays(7);

    /// <summary>Up to how many bytes of pixels are checked when a set is opened, unless others say more or less.</summary>
    public const long MostChecked = 1 << 28;

    /// <summary>Where the pixels begin.</summary>
    public const int PixelOffset = 4096;

    /// <summary>The name of what was opened, which files, and the options that change pixels, as one text.</summary>
    public static string Key(string path, IReadOnlyList<string> versions, ImageSetOptions options)
    {
        using var hash = new Sha256Hash();
        var kept = new ArrayBufferWriter<byte>(2 * Together);
        Add(string.Create(CultureInfo.InvariantCulture, $"{Version}|{path}|{options.Channels}|{options.Height}|{options.Width}|{options.Framing}|{options.Layout}|{options.Parts}|{versions.Count}{(options.MostPixels is { } most ? $"|{most}" : "")}"));
        foreach (string version in versions)
            Add(version);
        hash.Append(kept.WrittenSpan);
        return Convert.ToHexStringLower(hash.Finish())[..40];

        void Add(string text)
        {
            var bytes = kept.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length) + 1);
            int length = Encoding.UTF8.GetBytes(text, bytes);
            bytes[length] = 0;
            kept.Advance(length + 1);
            // Hundreds of thousands of texts are hashed in few pieces.
            if (kept.WrittenCount < Together)
                return;
            hash.Append(kept.WrittenSpan);
            kept.ResetWrittenCount();
        }
    }

    /// <summary>The set kept under <paramref name="key"/>, or null when there is none or it is damaged.</summary>
    public ImageSet? Read(string key, string source)
    {
        // As large as all pixels, if a process was killed while it wrote.
        AtomicFile.DeleteStray(folder, isShared: true);
        AtomicFile.DeleteOld(folder, "*" + PartEnding, partAge);
        string path = PathOf(key);
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        try
        {
            using (stream)
                return Parse(stream, key, source);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException or OverflowException or FormatException)
        {
            AtomicFile.TryDelete(path);
            return null;
        }
    }

    /// <summary>The hashes of pixels that are checked when they are used; null: they are checked when the set is opened.</summary>
    public PixelHashes? HashesOf(PixelBlock pixels) => pixels.Length > mostChecked ? PixelHashes.Of(pixels) : null;

    /// <summary>Keeps a set. A full disk or a folder without permission gives a warning, not a failure.</summary>
    /// <param name="key">What it came from.</param>
    /// <param name="set">The set.</param>
    /// <param name="hashes">What <see cref="HashesOf"/> gave for its pixels; null: they are checked when the set is opened.</param>
    /// <returns>The warning, or null.</returns>
    public string? Write(string key, ImageSet set, PixelHashes? hashes = null)
    {
        try
        {
            FileStep.Before("make folder", folder);
            Directory.CreateDirectory(folder);
            byte[] head = Head(key, set, hashes);
            AtomicFile.Write(PathOf(key), stream =>
            {
                stream.Write(Start(head.Length));
                for (long at = 0; at < set.Pixels.Length; at += 1 << 22)
                    stream.Write(set.Pixels.Slice(at, (int)Math.Min(1 << 22, set.Pixels.Length - at)));
                stream.Write(head);
                stream.Write(Sha256Hash.Of(head));
            });
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Decoded pixels could not be kept in {folder}: {e.Message} The next start decodes again; set MEKIKI_CACHE to a folder with room.";
        }
    }

    /// <summary>Keeps a set whose pixels are in a file of this folder already.</summary>
    /// <param name="key">What it came from.</param>
    /// <param name="set">The set.</param>
    /// <param name="hashes">What <see cref="HashesOf"/> gave for its pixels; null: they are checked when the set is opened.</param>
    /// <param name="store">Where the pixels are.</param>
    /// <returns>The same set, with the pixels of the file that is kept.</returns>
    /// <exception cref="MekikiException">The disk is full, or the like.</exception>
    public ImageSet Complete(string key, ImageSet set, PixelHashes? hashes, PixelStore store)
    {
        byte[] head = Head(key, set, hashes);
        store.Complete(Start(head.Length), [.. head, .. Sha256Hash.Of(head)], PathOf(key));
        using var stream = new FileStream(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        return Parse(stream, key, set.Source, set.Fingerprint);
    }

    /// <summary>A new name in this folder, by which a file is known as one that is not whole.</summary>
    public string TemporaryPath() => Path.Combine(folder, $"decoding.{Guid.NewGuid():N}.tmp");

    /// <summary>The name in this folder of a file that is not whole, by which whoever decodes the same again finds it.</summary>
    /// <param name="key">What is decoded.</param>
    /// <param name="shape">The shape of each image.</param>
    /// <param name="framing">How images are brought to it.</param>
    public string PartPath(string key, ImageShape shape, Framing? framing) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{key}.{shape.Channels}x{shape.Height}x{shape.Width}.{framing}{PartEnding}"));

    private string PathOf(string key) => Path.Combine(folder, key + ".pixels");

    private static byte[] Start(int headLength)
    {
        var start = new byte[PixelOffset];
        magic.CopyTo(start, 0);
        BitConverter.TryWriteBytes(start.AsSpan(magic.Length), headLength);
        return start;
    }

    private static byte[] Head(string key, ImageSet set, PixelHashes? hashes)
    {
        var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(key);
        writer.Write(set.Shape.Channels);
        writer.Write(set.Shape.Height);
        writer.Write(set.Shape.Width);
        writer.Write(set.Fingerprint);
        WriteAll(set.Classes);
        WriteAll(set.Names);
        foreach (int label in set.Labels)
            writer.Write(label);
        WriteAll(set.Skipped.Select(s => s.Name).ToArray());
        WriteAll(set.Skipped.Select(s => s.Reason).ToArray());
        WriteAll(set.Notes);
        set.Findings!.Write(writer);
        writer.Write(hashes is not null);
        if (hashes is not null)
        {
            writer.Write(hashes.Pieces);
            writer.Write(hashes.Blocks);
        }

        writer.Flush();
        return memory.ToArray();

        void WriteAll(IReadOnlyList<string> texts)
        {
            writer.Write(texts.Count);
            foreach (string text in texts)
                writer.Write(text);
        }
    }

    // The fingerprint is computed where it is not known; pixels whose hashes are there are looked at when they are used.
    private ImageSet Parse(FileStream stream, string key, string source, string? known = null)
    {
        var start = new byte[PixelOffset];
        stream.ReadExactly(start);
        int headLength = BitConverter.ToInt32(start, magic.Length);
        Require(start.AsSpan().StartsWith(magic) && !start.AsSpan(magic.Length + 4).ContainsAnyExcept((byte)0));
        long length = stream.Length - PixelOffset - headLength - Sha256Hash.Size;
        Require(headLength > 0 && length > 0);
        // Pixels are hashed while the head is read: the names of a hundred thousand images take their time, too.
        var pixels = known is null && length <= mostChecked ? new PixelBlock(stream.SafeFileHandle, PixelOffset, length) : null;
        var pieces = pixels is null ? null : Task.Run(() => PixelHashes.PiecesOf(pixels));
        stream.Position = PixelOffset + length;
        var head = new byte[headLength];
        stream.ReadExactly(head);
        var digest = new byte[Sha256Hash.Size];
        stream.ReadExactly(digest);
        Require(Sha256Hash.Of(head).AsSpan().SequenceEqual(digest));

        using var reader = new BinaryReader(new MemoryStream(head));
        Require(reader.ReadString() == key);
        var shape = new ImageShape(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        Require(shape is { Channels: 1 or 3, Height: >= 1 and <= ImageShape.MostSide, Width: >= 1 and <= ImageShape.MostSide });
        string fingerprint = reader.ReadString();
        string[] classes = ReadAll(), names = ReadAll();
        var labels = new int[names.Length];
        for (int i = 0; i < labels.Length; i++)
            Require((labels[i] = reader.ReadInt32()) >= 0 && labels[i] < classes.Length);
        string[] skippedNames = ReadAll(), reasons = ReadAll(), notes = ReadAll();
        var findings = Findings.Read(reader);
        Require((findings.ShardStarts is not [.., var last] || last < names.Length) && reasons.Length == skippedNames.Length && (findings.Parts?.Length ?? names.Length) == names.Length);
        var skipped = skippedNames.Zip(reasons, (name, reason) => new SkippedImage(name, reason)).ToArray();

        Require(length == (long)labels.Length * shape.Length);
        var hashes = reader.ReadBoolean() ? new PixelHashes(ReadHashes(PixelHashes.PieceLength), ReadHashes(PixelHashes.BlockLength(length))) : null;
        if (pixels is null || hashes is not null)
            pixels = new PixelBlock(stream.SafeFileHandle, PixelOffset, length, hashes?.Blocks, stream.Name);
        known ??= Fingerprint.Of(shape, hashes?.Pieces ?? pieces?.Result ?? PixelHashes.PiecesOf(pixels), labels, classes);
        var set = new ImageSet(source, shape, pixels, labels, classes, names, skipped, notes, known, findings);
        Require(set.Fingerprint == fingerprint);
        return set;

        byte[] ReadHashes(int part)
        {
            var all = new byte[PixelHashes.LengthFor(length, part)];
            reader.BaseStream.ReadExactly(all);
            return all;
        }

        string[] ReadAll()
        {
            var texts = new string[Findings.ReadCount(reader)];
            for (int i = 0; i < texts.Length; i++)
                texts[i] = reader.ReadString();
            return texts;
        }
    }

    private static void Require(bool whole)
    {
        if (!whole)
            throw new InvalidDataException();
    }
}
