using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mekiki.Vision.Images;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Vision.Data;

/// <summary>The pixels of a whole set in one piece of memory, drawn from the system or mapped from a cache file; freed by itself.</summary>
internal sealed partial class PixelBlock
{
    private const int MostCleared = 1 << 30, WillNeed = 3;

    private readonly nint start;
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;
    private readonly bool isLarge;

    /// <summary>Takes <paramref name="length"/> bytes of memory, all 0.</summary>
    public PixelBlock(long length)
    {
        Length = Taken = length;
        start = Marshal.AllocHGlobal((nint)Math.Max(length, 1));
        GC.AddMemoryPressure(Math.Max(length, 1));
        for (long at = 0; at < length; at += MostCleared)
            Slice(at, (int)Math.Min(MostCleared, length - at)).Clear();
    }

    /// <summary>Maps <paramref name="length"/> bytes of a file, from <paramref name="offset"/> on, for reading. The handle may be closed then.</summary>
    public PixelBlock(SafeFileHandle handle, long offset, long length)
    {
        Length = length;
        isLarge = length > MostInMemory;
        file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        view = file.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
        start = view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)view.PointerOffset;
    }

    ~PixelBlock() => Release();

    /// <summary>How many bytes of pixels go into memory; more stay in a file, of which the system keeps in memory what there is room for.</summary>
    public static long MostInMemory => Memory / 4;

    private static long Memory => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Whether so many bytes of pixels fit into memory.</summary>
    public static bool Fits(long bytes) => bytes <= Memory / 10 * 8;

    /// <summary>Takes memory for images.</summary>
    /// <param name="source">What they are of, for messages.</param>
    /// <param name="shape">The shape of each.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="MekikiException">They do not fit.</exception>
    public static PixelBlock InMemory(string source, ImageShape shape, int count)
    {
        long bytes = (long)count * shape.Length;
        return Fits(bytes)
            ? new(bytes)
            : throw new MekikiException($"{source}: expected pixels that fit into memory ({Memory >> 20:N0} MiB), got {count:N0} images of {shape} ({bytes >> 20:N0} MiB). Give a smaller width and height.");
    }

    /// <summary>Gives the memory back at once, which nobody may read any more.</summary>
    public void Free()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Asks the system to read bytes that are soon needed from the disk, without waiting for them, where they are too many for memory.</summary>
    public void Fetch(long offset, int length)
    {
        if (!isLarge || !(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()))
            return;
        nint from = (start + (nint)offset) & ~((nint)Environment.SystemPageSize - 1);
        _ = Advise(from, start + (nint)offset + length - from, WillNeed);
    }

    private void Release()
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

    // madvise(2); what it answers does not matter.
    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint length, int advice);
}
