using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Mekiki.Vision.Data;

/// <summary>The pixels of a whole set in one piece of memory, drawn from the system or mapped from a cache file; freed by itself.</summary>
internal sealed class PixelBlock
{
    private const int MostCleared = 1 << 30;

    private readonly nint start;
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;

    /// <summary>Takes <paramref name="length"/> bytes of memory, all 0.</summary>
    public PixelBlock(long length)
    {
        Length = Taken = length;
        start = Marshal.AllocHGlobal((nint)Math.Max(length, 1));
        GC.AddMemoryPressure(Math.Max(length, 1));
        for (long at = 0; at < length; at += MostCleared)
            Slice(at, (int)Math.Min(MostCleared, length - at)).Clear();
    }

    /// <summary>Maps <paramref name="length"/> bytes of a file, from <paramref name="offset"/> on, for reading.</summary>
    public PixelBlock(FileStream stream, long offset, long length)
    {
        Length = length;
        file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = file.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
        start = view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)view.PointerOffset;
    }

    ~PixelBlock()
    {
        if (view is not null || file is not null)
        {
            view?.Dispose();
            file?.Dispose();
        }
        else if (start != 0)
        {
            Marshal.FreeHGlobal(start);
            GC.RemoveMemoryPressure(Math.Max(Taken, 1));
        }
    }

    public long Length { get; private set; }

    private long Taken { get; }

    /// <summary>The same block, of which only the first <paramref name="length"/> bytes count from now on.</summary>
    public PixelBlock Shrink(long length)
    {
        Length = Math.Min(Length, length);
        return this;
    }

    /// <summary>Some of the bytes; for writing only where the block is not a mapped file. Keep the block alive while the span is used.</summary>
    /// <remarks>The one unsafe line of this library: more than the 2 GB of an array, and a mapped file, can be seen without a copy only by their address.</remarks>
    public unsafe Span<byte> Slice(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset + length > Length)
            throw new ArgumentOutOfRangeException(nameof(offset));
        return new Span<byte>((void*)(start + (nint)offset), length);
    }
}
