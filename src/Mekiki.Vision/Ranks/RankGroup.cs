using System.Buffers.Binary;
using System.Text;

namespace Mekiki.Vision.Ranks;

/// <summary>Processes that train one network together, on one machine or on many: each is a rank, 0, 1, …, and all call the same methods in the same order.</summary>
/// <remarks>
/// A derived class carries messages. <c>Mekiki.Distributed</c> has one on MPI; tests have one whose ranks are threads.
/// A method returns on a rank when the rank has what it gets, which may be before others have it. One thread of each rank calls.
/// </remarks>
/// <example>
/// <code>
/// var parts = new TrainerParts { Ranks = ranks };     // on every rank, with the same images, split and options
/// var trainer = new Trainer(set, split, new TrainOptions { BatchSize = 256, Parts = 8 }, parts);
/// var result = trainer.Run(cancellation);
/// if (ranks.Rank == 0)
///     result.Recognizer.Save("model.safetensors");
/// </code>
/// </example>
public abstract class RankGroup
{
    private Exception? shared;

    /// <summary>Which rank this process is, in [0, <see cref="Size"/>).</summary>
    public abstract int Rank { get; }

    /// <summary>How many ranks there are, 1 or more.</summary>
    public abstract int Size { get; }

    /// <summary>The name of this rank's machine, for messages.</summary>
    public virtual string Host => Environment.MachineName;

    /// <summary>Sends a run of numbers to each rank, and receives one from each.</summary>
    /// <param name="sent">The runs for rank 0, 1, …, one behind the other.</param>
    /// <param name="sentCounts">How long each is; 0: that rank gets none.</param>
    /// <param name="received">Receives the runs of rank 0, 1, …, one behind the other.</param>
    /// <param name="receivedCounts">How long each is: what that rank sends.</param>
    public abstract void AllToAll(ReadOnlySpan<float> sent, ReadOnlySpan<int> sentCounts, Span<float> received, ReadOnlySpan<int> receivedCounts);

    /// <summary>Each rank has a run of the numbers; then all have all.</summary>
    /// <param name="all">The runs of rank 0, 1, …, one behind the other; this rank's is there, the others are received.</param>
    /// <param name="counts">How long each is.</param>
    public abstract void AllGather(Span<float> all, ReadOnlySpan<int> counts);

    /// <summary>Begins what <see cref="AllToAll"/> does, and returns before it is done. All ranks begin such messages in one order among each other; the order with those of <see cref="StartAllGather"/> may differ.</summary>
    /// <remarks>Until the message is done, nobody may touch the memory that it was given. This method waits; derived classes may do better.</remarks>
    /// <param name="sent">The runs for rank 0, 1, …, one behind the other.</param>
    /// <param name="sentCounts">How long each is; 0: that rank gets none.</param>
    /// <param name="received">Receives the runs of rank 0, 1, …, one behind the other.</param>
    /// <param name="receivedCounts">How long each is: what that rank sends.</param>
    /// <returns>The message; null: it is done.</returns>
    public virtual PendingMessage? StartAllToAll(ReadOnlyMemory<float> sent, ReadOnlyMemory<int> sentCounts, Memory<float> received, ReadOnlyMemory<int> receivedCounts)
    {
        AllToAll(sent.Span, sentCounts.Span, received.Span, receivedCounts.Span);
        return null;
    }

    /// <summary>Begins what <see cref="AllGather"/> does, and returns before it is done. All ranks begin such messages in one order among each other.</summary>
    /// <remarks>Until the message is done, nobody may touch the memory that it was given. This method waits; derived classes may do better.</remarks>
    /// <param name="all">The runs of rank 0, 1, …, one behind the other; this rank's is there, the others are received.</param>
    /// <param name="counts">How long each is.</param>
    /// <returns>The message; null: it is done.</returns>
    public virtual PendingMessage? StartAllGather(Memory<float> all, ReadOnlyMemory<int> counts)
    {
        AllGather(all.Span, counts.Span);
        return null;
    }

    /// <summary>Rank 0's bytes overwrite those of the others.</summary>
    /// <param name="bytes">Equally many on all ranks.</param>
    public abstract void Broadcast(Span<byte> bytes);

    /// <summary>Each rank gives some bytes, and gets those of all.</summary>
    /// <param name="mine">As many as the rank likes.</param>
    /// <returns>Those of rank 0, 1, ….</returns>
    public abstract byte[][] Gather(ReadOnlySpan<byte> mine);

    /// <summary>Ends all ranks at once, since this one cannot go on.</summary>
    /// <param name="message">Why, with the rank and its host.</param>
    /// <param name="exitCode">What the processes end with: 1 for a bug, 2 for a mistake of the user's.</param>
    public abstract void Abort(string message, int exitCode);

    /// <summary>Each rank gives a text, and gets those of all.</summary>
    /// <param name="mine">This rank's.</param>
    /// <returns>Those of rank 0, 1, ….</returns>
    public string[] Gather(string mine)
    {
        ArgumentNullException.ThrowIfNull(mine);
        return Array.ConvertAll(Gather(Encoding.UTF8.GetBytes(mine)), Encoding.UTF8.GetString);
    }

    /// <summary>Does on every rank what may fail on some: if it fails on one, all throw.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="work">The work; a mistake of the user's is a <see cref="MekikiException"/>.</param>
    /// <returns>This rank's result.</returns>
    /// <exception cref="MekikiException">It failed on some rank. Where ranks say different things, the message names the first of them and its host.</exception>
    public T Together<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        T result = default!;
        MekikiException? own = null;
        try
        {
            result = work();
        }
        catch (MekikiException e)
        {
            own = e;
        }

        // Host, message, message of the command line.
        string[] all = Gather(own is null ? "" : string.Join('\0', Host, own.Message, own.CommandLineMessage));
        int first = Array.FindIndex(all, text => text.Length > 0);
        if (first < 0)
            return result;
        string[] parts = all[first].Split('\0');
        bool isEverywhere = Array.TrueForAll(all, text => text.Length > 0 && text[text.IndexOf('\0')..] == all[first][parts[0].Length..]);
        throw Shared(isEverywhere ? own! : new MekikiException($"Rank {first} on {parts[0]}: {parts[1]}", $"Rank {first} on {parts[0]}: {parts[2]}"));
    }

    /// <summary>Does on rank 0 what the others need to know.</summary>
    /// <param name="work">Called on rank 0 alone.</param>
    /// <returns>What it gave there, on all ranks.</returns>
    /// <exception cref="MekikiException">It threw one there; all ranks throw it.</exception>
    public byte[] FromFirst(Func<byte[]> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        byte[] bytes = [];
        MekikiException? failure = null;
        if (Rank == 0)
            try
            {
                bytes = work();
            }
            catch (MekikiException e)
            {
                (failure, bytes) = (e, Encoding.UTF8.GetBytes($"{e.Message}\0{e.CommandLineMessage}"));
            }

        Span<byte> head = stackalloc byte[5];
        BinaryPrimitives.WriteInt32LittleEndian(head, bytes.Length);
        head[4] = failure is null ? (byte)0 : (byte)1;
        Broadcast(head);
        if (Rank != 0)
            bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
        Broadcast(bytes);
        if (head[4] == 0)
            return bytes;
        throw Shared(failure ?? MadeFrom(Encoding.UTF8.GetString(bytes).Split('\0')));
    }

    /// <summary>Whether all ranks have thrown this exception, or the same one: then none waits for another, and nothing is left to abort.</summary>
    /// <param name="exception">One that was caught.</param>
    public bool IsShared(Exception exception) => exception is not null && exception == shared;

    /// <summary>Ends all ranks at once where this one has thrown what the others have not; nothing happens if <see cref="IsShared"/>.</summary>
    /// <param name="exception">What it has thrown.</param>
    public void AbortBy(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        const int Bug = 1, Mistake = 2;
        var mistake = exception as MekikiException;
        if (!IsShared(exception))
            Abort($"Rank {Rank} on {Host}: {mistake?.CommandLineMessage ?? exception.ToString()}", mistake is null ? Bug : Mistake);
    }

    /// <summary>Marks what all ranks throw.</summary>
    internal T Shared<T>(T exception) where T : Exception
    {
        shared = exception;
        return exception;
    }

    private static MekikiException MadeFrom(string[] messages) => new(messages[0], messages[1]);
}
