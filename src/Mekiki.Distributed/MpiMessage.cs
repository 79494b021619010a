using System.Buffers;
using Mekiki.Vision.Ranks;

namespace Mekiki.Distributed;

/// <summary>A message of MPI's that is under way, with the memory that must not move meanwhile.</summary>
internal sealed class MpiMessage : PendingMessage
{
    private readonly Mpi mpi;
    private MemoryHandle sent, sentCounts, sentPlaces, received, receivedCounts, receivedPlaces;
    private nint request;
    private bool isDone;

    private MpiMessage(Mpi mpi) => this.mpi = mpi;

    public static MpiMessage AllToAll(Mpi mpi, ReadOnlyMemory<float> sent, ReadOnlyMemory<int> sentCounts, Memory<float> received, ReadOnlyMemory<int> receivedCounts)
    {
        var message = new MpiMessage(mpi)
        {
            sent = sent.Pin(),
            sentCounts = sentCounts.Pin(),
            sentPlaces = PlacesOf(sentCounts.Span),
            received = received.Pin(),
            receivedCounts = receivedCounts.Pin(),
            receivedPlaces = PlacesOf(receivedCounts.Span),
        };
        message.request = mpi.StartAllToAll(message.sent, message.sentCounts, message.sentPlaces, message.received, message.receivedCounts, message.receivedPlaces);
        return message;
    }

    public static MpiMessage AllGather(Mpi mpi, Memory<float> all, ReadOnlyMemory<int> counts)
    {
        var message = new MpiMessage(mpi) { received = all.Pin(), receivedCounts = counts.Pin(), receivedPlaces = PlacesOf(counts.Span) };
        message.request = mpi.StartAllGather(message.received, message.receivedCounts, message.receivedPlaces);
        return message;
    }

    public override bool IsDone
    {
        get
        {
            if (!isDone && mpi.Test(ref request))
                Release();
            return isDone;
        }
    }

    public override void Wait()
    {
        if (isDone)
            return;
        mpi.Wait(ref request);
        Release();
    }

    private static MemoryHandle PlacesOf(ReadOnlySpan<int> counts)
    {
        int[] places = new int[counts.Length];
        MpiRanks.Places(counts, places);
        return new Memory<int>(places).Pin();
    }

    private void Release()
    {
        isDone = true;
        sent.Dispose();
        sentCounts.Dispose();
        sentPlaces.Dispose();
        received.Dispose();
        receivedCounts.Dispose();
        receivedPlaces.Dispose();
    }
}
