using System.Buffers.Binary;

namespace Mekiki.Files;

/// <summary>Tells by a file's first bytes how weights are written in it.</summary>
internal static class WeightsKind
{
    // Of the files that PyTorch wrote before 1.6: a pickle of this number comes first.
    private static readonly byte[] oldTorch = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    private static readonly byte[] hdf5 = [0x89, (byte)'H', (byte)'D', (byte)'F'];

    /// <summary>Whether it is a zip, whose contents tell more; if not, it looks like safetensors.</summary>
    /// <exception cref="MekikiException">It is something else; the message says what, if that is known.</exception>
    public static bool IsZip(string path)
    {
        Span<byte> buffer = stackalloc byte[16];
        var first = (ReadOnlySpan<byte>)buffer[..Start(path, buffer)];
        if (first.StartsWith("PK"u8))
            return true;
        if (first.StartsWith(oldTorch))
            throw Wrong(path, "a file in the format of before PyTorch 1.6", "In PyTorch: torch.save(torch.load(FILE, map_location='cpu'), NEW_FILE)");
        if (first.Length > 1 && first[0] == 0x80 && first[1] <= 5)
            throw Wrong(path, "a pickle by itself", "Nothing was run; save the weights with torch.save or numpy.savez");
        if (first.StartsWith(NpyHeader.Magic))
            throw Wrong(path, "a single array without a name (.npy)", "Save the arrays with their names: numpy.savez(FILE, **{'fc.weight': …})");
        if (first.StartsWith(hdf5))
            throw Wrong(path, "an HDF5 file", "Load it where it was made, and save the weights with numpy.savez under PyTorch's names");
        if (first.Length == 16 && BinaryPrimitives.ReadUInt64LittleEndian(first) > (ulong)SafetensorsHeader.LongestHeader && first[8] != (byte)'{')
            throw Wrong(path, "something else", "Give a file of weights");
        return false;
    }

    private static int Start(string path, Span<byte> buffer)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return RandomAccess.Read(file, buffer, 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MekikiException($"{path}: expected a file of weights, got no such file. Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new MekikiException($"{path}: expected a file of weights that can be read, got \"{e.Message}\". Check the path and its permissions.", e);
        }
    }

    private static MekikiException Wrong(string path, string got, string advice) =>
        new($"{path}: expected weights (safetensors, .pt of torch.save, or .npz), got {got}. {advice}.");
}
