using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Mekiki.Distributed;

/// <summary>The functions of Open MPI's library that ranks need, found by name.</summary>
/// <remarks>
/// MPI: A Message-Passing Interface Standard, version 3.1, 2015. Handles are the addresses of exported symbols, as in Open MPI's mpi.h; the library's
/// names hold for its versions 4 and 5. Other implementations have other handles.
/// </remarks>
internal sealed unsafe class Mpi
{
    private const int Funneled = 1, MostText = 512;

    // Open MPI 4 and 5; the name without a number comes with the packages for developers.
    private static readonly string[] names = OperatingSystem.IsMacOS() ? ["libmpi.40.dylib", "libmpi.dylib"] : ["libmpi.so.40", "libmpi.so"];

    private readonly delegate* unmanaged[Cdecl]<int*, byte***, int, int*, int> initThread;
    private readonly delegate* unmanaged[Cdecl]<int> finalize;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int> abort;
    private readonly delegate* unmanaged[Cdecl]<nint, nint, int> setErrorHandler;
    private readonly delegate* unmanaged[Cdecl]<nint, int*, int> rank, size;
    private readonly delegate* unmanaged[Cdecl]<int, byte*, int*, int> errorText;
    private readonly delegate* unmanaged[Cdecl]<byte*, int*, int> libraryVersion, processorName;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, int, nint, int> broadcast;
    private readonly delegate* unmanaged[Cdecl]<void*, int*, int*, nint, void*, int*, int*, nint, nint, int> allToAll;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, int> allGather;
    private readonly delegate* unmanaged[Cdecl]<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int> startAllToAll;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, nint*, int> startAllGather;
    private readonly delegate* unmanaged[Cdecl]<nint*, int*, void*, int> test;
    private readonly delegate* unmanaged[Cdecl]<nint*, void*, int> wait;
    private readonly delegate* unmanaged[Cdecl]<nint, nint*, int> duplicate;
    private readonly nint world, bytes, floats, errorsReturn;
    private nint slices, sums;      // messages that are under way together: each kind has an order of its own

    private Mpi(nint library, string name)
    {
        Name = name;
        initThread = (delegate* unmanaged[Cdecl]<int*, byte***, int, int*, int>)NativeLibrary.GetExport(library, "MPI_Init_thread");
        finalize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "MPI_Finalize");
        abort = (delegate* unmanaged[Cdecl]<nint, int, int>)NativeLibrary.GetExport(library, "MPI_Abort");
        setErrorHandler = (delegate* unmanaged[Cdecl]<nint, nint, int>)NativeLibrary.GetExport(library, "MPI_Comm_set_errhandler");
        rank = (delegate* unmanaged[Cdecl]<nint, int*, int>)NativeLibrary.GetExport(library, "MPI_Comm_rank");
        size = (delegate* unmanaged[Cdecl]<nint, int*, int>)NativeLibrary.GetExport(library, "MPI_Comm_size");
        errorText = (delegate* unmanaged[Cdecl]<int, byte*, int*, int>)NativeLibrary.GetExport(library, "MPI_Error_string");
        libraryVersion = (delegate* unmanaged[Cdecl]<byte*, int*, int>)NativeLibrary.GetExport(library, "MPI_Get_library_version");
        processorName = (delegate* unmanaged[Cdecl]<byte*, int*, int>)NativeLibrary.GetExport(library, "MPI_Get_processor_name");
        broadcast = (delegate* unmanaged[Cdecl]<void*, int, nint, int, nint, int>)NativeLibrary.GetExport(library, "MPI_Bcast");
        allToAll = (delegate* unmanaged[Cdecl]<void*, int*, int*, nint, void*, int*, int*, nint, nint, int>)NativeLibrary.GetExport(library, "MPI_Alltoallv");
        allGather = (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, int>)NativeLibrary.GetExport(library, "MPI_Allgatherv");
        startAllToAll = (delegate* unmanaged[Cdecl]<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int>)NativeLibrary.GetExport(library, "MPI_Ialltoallv");
        startAllGather = (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>)NativeLibrary.GetExport(library, "MPI_Iallgatherv");
        test = (delegate* unmanaged[Cdecl]<nint*, int*, void*, int>)NativeLibrary.GetExport(library, "MPI_Test");
        wait = (delegate* unmanaged[Cdecl]<nint*, void*, int>)NativeLibrary.GetExport(library, "MPI_Wait");
        duplicate = (delegate* unmanaged[Cdecl]<nint, nint*, int>)NativeLibrary.GetExport(library, "MPI_Comm_dup");
        world = NativeLibrary.GetExport(library, "ompi_mpi_comm_world");
        bytes = NativeLibrary.GetExport(library, "ompi_mpi_byte");
        floats = NativeLibrary.GetExport(library, "ompi_mpi_float");
        errorsReturn = NativeLibrary.GetExport(library, "ompi_mpi_errors_return");
    }

    /// <summary>The library's file.</summary>
    public string Name { get; }

    /// <summary>What the library says of itself: <c>Open MPI v4.1.4</c>.</summary>
    public string Version
    {
        get
        {
            var text = stackalloc byte[MostText];
            int length = 0;
            _ = libraryVersion(text, &length);
            return Encoding.UTF8.GetString(text, length).Split(',')[0].TrimEnd('\0', '\n', ' ');
        }
    }

    /// <summary>The name of this machine, as MPI knows it.</summary>
    public string Host
    {
        get
        {
            var text = stackalloc byte[MostText];
            int length = 0;
            _ = processorName(text, &length);
            return Encoding.UTF8.GetString(text, length);
        }
    }

    public int Rank
    {
        get
        {
            int value = 0;
            Check(rank(world, &value), "MPI_Comm_rank");
            return value;
        }
    }

    public int Size
    {
        get
        {
            int value = 0;
            Check(size(world, &value), "MPI_Comm_size");
            return value;
        }
    }

    /// <summary>Finds the library.</summary>
    /// <returns>Null: there is none.</returns>
    /// <exception cref="MekikiException">It is another implementation's.</exception>
    public static Mpi? Find()
    {
        foreach (string name in names)
            if (NativeLibrary.TryLoad(name, out nint library))
                try
                {
                    return new Mpi(library, name);
                }
                catch (EntryPointNotFoundException e)
                {
                    throw new MekikiException($"{name}: expected Open MPI's library, got another implementation's, whose handles differ ({e.Message}). Install openmpi-bin, and start by its mpirun.", e);
                }

        return null;
    }

    /// <summary>Joins the processes that were started together. Once in a process.</summary>
    /// <exception cref="MekikiException">MPI says that something is wrong.</exception>
    public void Join()
    {
        int provided = 0;
        Check(initThread(null, null, Funneled, &provided), "MPI_Init_thread");
        Check(setErrorHandler(world, errorsReturn), "MPI_Comm_set_errhandler");
        (slices, sums) = (Duplicate(), Duplicate());

        // With the handling of errors.
        nint Duplicate()
        {
            nint made = 0;
            Check(duplicate(world, &made), "MPI_Comm_dup");
            return made;
        }
    }

    public void Leave() => _ = finalize();

    public void Abort(int code) => _ = abort(world, code);

    public void Broadcast(Span<byte> all)
    {
        fixed (byte* pointer = all)
            Check(broadcast(pointer, all.Length, bytes, 0, world), "MPI_Bcast");
    }

    public void AllToAll(ReadOnlySpan<float> sent, ReadOnlySpan<int> sentCounts, ReadOnlySpan<int> sentPlaces, Span<float> received, ReadOnlySpan<int> receivedCounts, ReadOnlySpan<int> receivedPlaces)
    {
        fixed (float* from = sent, to = received)
        fixed (int* fromCounts = sentCounts, fromPlaces = sentPlaces, toCounts = receivedCounts, toPlaces = receivedPlaces)
            Check(allToAll(from, fromCounts, fromPlaces, floats, to, toCounts, toPlaces, floats, world), "MPI_Alltoallv");
    }

    public void AllGather(Span<float> all, ReadOnlySpan<int> counts, ReadOnlySpan<int> places)
    {
        fixed (float* pointer = all)
        fixed (int* lengths = counts, starts = places)
            Check(allGather((void*)1, 0, floats, pointer, lengths, starts, floats, world), "MPI_Allgatherv");     // 1: MPI_IN_PLACE
    }

    public void AllGather(Span<byte> all, ReadOnlySpan<int> counts, ReadOnlySpan<int> places)
    {
        fixed (byte* pointer = all)
        fixed (int* lengths = counts, starts = places)
            Check(allGather((void*)1, 0, bytes, pointer, lengths, starts, bytes, world), "MPI_Allgatherv");
    }

    /// <summary>Begins. The memory is pinned, and stays so until <see cref="Test"/> or <see cref="Wait"/> says that it is done.</summary>
    public nint StartAllToAll(MemoryHandle sent, MemoryHandle sentCounts, MemoryHandle sentPlaces, MemoryHandle received, MemoryHandle receivedCounts, MemoryHandle receivedPlaces)
    {
        nint request = 0;
        Check(startAllToAll(sent.Pointer, (int*)sentCounts.Pointer, (int*)sentPlaces.Pointer, floats, received.Pointer, (int*)receivedCounts.Pointer, (int*)receivedPlaces.Pointer, floats, slices, &request), "MPI_Ialltoallv");
        return request;
    }

    /// <inheritdoc cref="StartAllToAll"/>
    public nint StartAllGather(MemoryHandle all, MemoryHandle counts, MemoryHandle places)
    {
        nint request = 0;
        Check(startAllGather((void*)1, 0, floats, all.Pointer, (int*)counts.Pointer, (int*)places.Pointer, floats, sums, &request), "MPI_Iallgatherv");
        return request;
    }

    /// <summary>Whether a message is done, which is gone then.</summary>
    public bool Test(ref nint request)
    {
        int isDone = 0;
        fixed (nint* pointer = &request)
            Check(test(pointer, &isDone, null), "MPI_Test");     // null: MPI_STATUS_IGNORE
        return isDone != 0;
    }

    /// <summary>Waits until a message is done, which is gone then.</summary>
    public void Wait(ref nint request)
    {
        fixed (nint* pointer = &request)
            Check(wait(pointer, null), "MPI_Wait");
    }

    private void Check(int code, string function)
    {
        if (code == 0)
            return;
        var text = stackalloc byte[MostText];
        int length = 0;
        _ = errorText(code, text, &length);
        throw new MekikiException($"MPI: expected {function} to succeed, got: {Encoding.UTF8.GetString(text, length)}. `mekiki doctor --mpi` under the same mpirun tries the connections.");
    }
}
