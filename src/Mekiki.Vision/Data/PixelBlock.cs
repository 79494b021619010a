using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mekiki.Files;
using Mekiki.Vision.Images;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Vision.Data;

/// <summary>The pixels of a whole set in one piece of memory, drawn from the system or mapped from a cache file; freed by itself.</summary>
internal sealed partial class PixelBlock
{
    // Advices of madvise(2).
    private const int WillNeed = 3, DontNeed = 4;

    // How many bytes are used before pages of a file are given back, which the system keeps as long as it has room.
    private const long MostOwn = 512L << 20;

    private readonly nint start;
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;
    private readonly bool isLarge;
    private readonly byte[]? hashes;    // of each block of a file, which is checked when it is first used
    private readonly bool[] isChecked = [];
    private readonly int blockLength = 1;
    private readonly string path = "";
    private readonly long mostOwn = long.MaxValue;
    private long used;                  // since pages were given back

    /// <summary>Takes <paramref name="length"/> bytes of memory, all 0.</summary>
    /// <remarks>The system gives zeros when a page is first touched, by the thread that decodes into it.</remarks>
    public unsafe PixelBlock(long length)
    {
        Length = Taken = length;
        start = (nint)NativeMemory.AllocZeroed((nuint)Math.Max(length, 1));
        GC.AddMemoryPressure(Math.Max(length, 1));
    }

    /// <summary>Maps <paramref name="length"/> bytes of a file, from <paramref name="offset"/> on, for reading. The handle may be closed then.</summary>
    /// <param name="handle">The open file.</param>
    /// <param name="offset">Where the pixels begin.</param>
    /// <param name="length">How many bytes they are.</param>
    /// <param name="hashes">The sha256 of each block, for <see cref="Check"/> (<see cref="PixelHashes.Blocks"/>); null: the pixels are known to be right.</param>
    /// <param name="path">The file's name, which is needed with hashes.</param>
    /// <param name="mostOwn">About how many bytes of the file count as the process's own memory at most.</param>
    public PixelBlock(SafeFileHandle handle, long offset, long length, byte[]? hashes = null, string path = "", long mostOwn = MostOwn)
    {
        if (length > mostOwn)
            this.mostOwn = mostOwn;
        (this.hashes, this.path) = (hashes, path);
        if (hashes is not null)
            (isChecked, blockLength) = (new bool[hashes.Length / Sha256Hash.Size], PixelHashes.BlockLength(length));
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
        bool isNew = hashes is not null && !(Volatile.Read(ref isChecked[offset / blockLength]) && Volatile.Read(ref isChecked[(offset + length - 1) / blockLength]));
        if (!(isLarge || isNew) || !(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()))
            return;
        if (isNew)
        {
            // Whole blocks are read to check them.
            long first = offset / blockLength * blockLength, end = Math.Min(Length, ((offset + length - 1) / blockLength + 1) * blockLength);
            (offset, length) = (first, (int)(end - first));
        }

        nint from = (start + (nint)offset) & ~((nint)Environment.SystemPageSize - 1);
        _ = Advise(from, start + (nint)offset + length - from, WillNeed);
    }

    /// <summary>Makes sure, before pixels of a file are used, that they are those that were decoded: once for each block.</summary>
    /// <exception cref="MekikiException">They are not. The file is deleted where the system lets a file in use go, so that the next start decodes anew.</exception>
    public void Check(long offset, int length)
    {
        if (hashes is null)
            return;
        int last = (int)((offset + length - 1) / blockLength);
        for (int block = (int)(offset / blockLength); block <= last; block++)
            if (!Volatile.Read(ref isChecked[block]))
                CheckBlock(block);
    }

    // Two threads may check one block; they find the same.
    private void CheckBlock(int block)
    {
        long from = (long)block * blockLength;
        Span<byte> found = stackalloc byte[Sha256Hash.Size];
        Sha256Hash.Of(Slice(from, (int)Math.Min(blockLength, Length - from)), found);
        if (!found.SequenceEqual(hashes.AsSpan(block * Sha256Hash.Size, Sha256Hash.Size)))
        {
            AtomicFile.TryDelete(path);
            throw new MekikiException($"{path}: expected the decoded pixels that were written, got others: the file was altered, or the disk is failing. {(File.Exists(path) ? "Delete it and start again" : "It is deleted now. Start again")}: the images are decoded anew.");
        }

        Volatile.Write(ref isChecked[block], true);
    }

    private unsafe void Release()
    {
        if (view is not null || file is not null)
        {
            view?.Dispose();
            file?.Dispose();
        }
        else if (start != 0)
        {
            NativeMemory.Free((void*)start);
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
    /// <remarks>Besides taking that memory, the one unsafe line of this library: more than the 2 GB of an array, and a mapped file, can be seen without a copy only by their address.</remarks>
    public unsafe Span<byte> Slice(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset + length > Length)
            throw new ArgumentOutOfRangeException(nameof(offset));
        if (mostOwn < long.MaxValue && Interlocked.Add(ref used, length) > mostOwn)
            GiveBack();
        return new Span<byte>((void*)(start + (nint)offset), length);
    }

    // A page that is read again comes from what the system keeps of the file, also for threads that read it now.
    private void GiveBack()
    {
        Interlocked.Exchange(ref used, 0);
        if (!(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()))
            return;
        nint from = start & ~((nint)Environment.SystemPageSize - 1);
        _ = Advise(from, start + (nint)Length - from, DontNeed);
    }

    // madvise(2); what it answers does not matter.
    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint length, int advice);
}
