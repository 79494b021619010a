using System.Runtime.InteropServices;
using Mekiki.Vision.Ranks;

namespace Mekiki.Distributed;

/// <summary>The processes that <c>mpirun</c>, <c>srun --mpi=pmix</c> or Kubernetes' MPI operator started together, as ranks that train one network. Messages go through Open MPI.</summary>
/// <remarks>A process joins once, on its main thread, which also calls all methods. Dispose it before the program ends; without that mpirun takes the end for a crash.</remarks>
/// <example>
/// <code>
/// using var ranks = MpiRanks.Join();      // null: the program was started alone
/// var options = new TrainOptions { BatchSize = 256, Parts = 8 };
/// var result = new Trainer(set, split, options, new TrainerParts { Ranks = ranks }).Run(cancellation);
/// if (ranks is null or { Rank: 0 })
///     result.Recognizer.Save("model.safetensors");
/// </code>
/// </example>
public sealed class MpiRanks : RankGroup, IDisposable
{
    private readonly Mpi mpi;
    private readonly int[] sentPlaces, receivedPlaces;
    private bool isOver;

    private MpiRanks(Mpi mpi)
    {
        this.mpi = mpi;
        (Rank, Size, Host) = (mpi.Rank, mpi.Size, mpi.Host);
        (sentPlaces, receivedPlaces) = (new int[Size], new int[Size]);
        Hosts = Gather(Host);
    }

    /// <summary>Whether a launcher of MPI started this process together with others.</summary>
    public static bool IsStarted => LaunchedRank >= 0;

    /// <summary>Which rank the launcher gave this process, told without joining; -1: none.</summary>
    public static int LaunchedRank => Number("OMPI_COMM_WORLD_RANK") ?? Number("PMIX_RANK") ?? -1;

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Size { get; }

    /// <inheritdoc/>
    public override string Host { get; }

    /// <summary>The machine of each rank.</summary>
    public IReadOnlyList<string> Hosts { get; }

    /// <summary>How many ranks this machine has: they share its processors.</summary>
    public int RanksOnHost => Hosts.Count(host => host == Host);

    /// <summary>What MPI's library says of itself, such as <c>Open MPI v4.1.4</c>.</summary>
    public string LibraryVersion => mpi.Version;

    /// <summary>What MPI's library on this machine says of itself; null: there is none.</summary>
    /// <exception cref="MekikiException">It is not Open MPI's.</exception>
    public static string? FindLibrary() => Mpi.Find()?.Version;

    /// <summary>Joins the processes that were started with this one.</summary>
    /// <returns>Null: this process was started alone.</returns>
    /// <exception cref="MekikiException">Open MPI's library is not there, or another implementation started the process.</exception>
    public static MpiRanks? Join()
    {
        if (!IsStarted)
            return Number("PMI_SIZE") is > 1 and var size
                ? throw new MekikiException($"MPI: expected a start by Open MPI's mpirun, or by srun --mpi=pmix, got one of {size:N0} processes by another implementation. Use Open MPI's mpirun.")
                : null;
        var mpi = Mpi.Find() ?? throw new MekikiException($"MPI on {Environment.MachineName}: expected Open MPI's library libmpi.so.40, got none that loads. Install it (Debian and Ubuntu: apt install openmpi-bin), or start the program without mpirun.");
        mpi.Join();
        return new MpiRanks(mpi);
    }

    /// <inheritdoc/>
    public override void AllToAll(ReadOnlySpan<float> sent, ReadOnlySpan<int> sentCounts, Span<float> received, ReadOnlySpan<int> receivedCounts)
    {
        Places(sentCounts, sentPlaces);
        Places(receivedCounts, receivedPlaces);
        mpi.AllToAll(sent, sentCounts, sentPlaces, received, receivedCounts, receivedPlaces);
    }

    /// <inheritdoc/>
    public override void AllGather(Span<float> all, ReadOnlySpan<int> counts)
    {
        Places(counts, receivedPlaces);
        mpi.AllGather(all, counts, receivedPlaces);
    }

    /// <inheritdoc/>
    public override PendingMessage? StartAllToAll(ReadOnlyMemory<float> sent, ReadOnlyMemory<int> sentCounts, Memory<float> received, ReadOnlyMemory<int> receivedCounts) =>
        MpiMessage.AllToAll(mpi, sent, sentCounts, received, receivedCounts);

    /// <inheritdoc/>
    public override PendingMessage? StartAllGather(Memory<float> all, ReadOnlyMemory<int> counts) => MpiMessage.AllGather(mpi, all, counts);

    /// <inheritdoc/>
    public override void Broadcast(Span<byte> bytes) => mpi.Broadcast(bytes);

    /// <inheritdoc/>
    public override byte[][] Gather(ReadOnlySpan<byte> mine)
    {
        // First how many bytes each has, then the bytes.
        int[] counts = new int[Size], four = new int[Size], places = new int[Size];
        Array.Fill(four, sizeof(int));
        Places(four, places);
        counts[Rank] = mine.Length;
        mpi.AllGather(MemoryMarshal.AsBytes(counts.AsSpan()), four, places);
        byte[] all = new byte[counts.Sum()];
        Places(counts, places);
        mine.CopyTo(all.AsSpan(places[Rank]));
        mpi.AllGather(all, counts, places);
        return [.. counts.Select((count, rank) => all.AsSpan(places[rank], count).ToArray())];
    }

    /// <inheritdoc/>
    public override void Abort(string message, int exitCode)
    {
        isOver = true;
        Console.Error.WriteLine(message);
        Console.Error.Flush();
        mpi.Abort(exitCode);
    }

    /// <summary>Leaves the group; waits for the others to do so.</summary>
    public void Dispose()
    {
        if (!isOver)
            mpi.Leave();
        isOver = true;
    }

    internal static void Places(ReadOnlySpan<int> counts, Span<int> places)
    {
        int at = 0;
        for (int r = 0; r < counts.Length; r++)
        {
            places[r] = at;
            at = checked(at + counts[r]);
        }
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int value) ? value : null;
}
