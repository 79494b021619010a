using System.Buffers.Binary;

namespace Mekiki.Files;

/// <summary>What holds the weights of a file.</summary>
internal enum WeightsContainer
{
    /// <summary>A head and the numbers behind it.</summary>
    Safetensors,

    /// <summary>A zip of <c>torch.save</c> or NumPy.</summary>
    Zip,

    /// <summary><see cref="OldTorchFile"/>.</summary>
    OldTorch,
}

/// <summary>Tells by a file's first bytes how weights are written in it.</summary>
internal static class WeightsKind
{
    private static readonly byte[] hdf5 = [0x89, (byte)'H', (byte)'D', (byte)'F'];

    /// <summary>A zip, whose contents tell more; a file of PyTorch's before 1.6; or what looks like safetensors.</summary>
    /// <exception cref="MekikiException">It is something else; the message says what, if that is known.</exception>
    public static WeightsContainer Of(string path)
    {
        Span<byte> buffer = stackalloc byte[16];
        var first = (ReadOnlySpan<byte>)buffer[..Start(path, buffer)];
        if (first.StartsWith("PK"u8))
            return WeightsContainer.Zip;
        if (first.StartsWith(OldTorchFile.Magic))
            return WeightsContainer.OldTorch;
        if (first.Length > 1 && first[0] == 0x80 && first[1] <= 5)
            throw Wrong(path, "a pickle by itself", "Nothing was run; save the weights with torch.save or numpy.savez");
        if (first.StartsWith(NpyHeader.Magic))
            throw Wrong(path, "a single array without a name (.npy)", "Save the arrays with their names: numpy.savez(FILE, **{'fc.weight': …})");
        if (first.StartsWith(hdf5))
            throw Wrong(path, "an HDF5 file", "Load it where it was made, and save the weights with numpy.savez under PyTorch's names");
        if (first.Length == 16 && BinaryPrimitives.ReadUInt64LittleEndian(first) > (ulong)SafetensorsHeader.LongestHeader && first[8] != (byte)'{')
            throw Wrong(path, "something else", "Give a file of weights");
        return WeightsContainer.Safetensors;
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
