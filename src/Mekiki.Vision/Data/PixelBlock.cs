using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Mekiki.Vision.Data;

/// <summary>The pixels of a whole set in one piece of memory, drawn from the system or mapped from a cache file; freed by itself.</summary>
internal sealed unsafe class PixelBlock
{
    private readonly byte* start;
    private readonly long pressure;
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;

    /// <summary>Takes <paramref name="length"/> bytes of memory, all 0.</summary>
    public PixelBlock(long length)
    {
        Length = length;
        start = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(length, 1));
        pressure = Math.Max(length, 1);
        GC.AddMemoryPressure(pressure);
    }

    /// <summary>Maps <paramref name="length"/> bytes of a file, from <paramref name="offset"/> on, for reading.</summary>
    public PixelBlock(FileStream stream, long offset, long length)
    {
        Length = length;
        file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = file.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    ~PixelBlock()
    {
        if (view is not null)
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file?.Dispose();
        }
        else
        {
            NativeMemory.Free(start);
            if (pressure > 0)
                GC.RemoveMemoryPressure(pressure);
        }
    }

    public long Length { get; private set; }

    /// <summary>The same block, of which only the first <paramref name="length"/> bytes count from now on.</summary>
    public PixelBlock Shrink(long length)
    {
        Length = Math.Min(Length, length);
        return this;
    }

    /// <summary>Some of the bytes; for writing only where the block is not a mapped file. Keep the block alive while the span is used.</summary>
    public Span<byte> Slice(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset + length > Length)
            throw new ArgumentOutOfRangeException(nameof(offset));
        return new Span<byte>(start + offset, length);
    }
}
