using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>One parameter in an optimizer's step: where its arrays lie, all in the same order.</summary>
internal unsafe struct UpdateTarget
{
    public float* Value, Gradient;

    /// <summary>The optimizer's own arrays; null where it has none.</summary>
    public float* First, Second;

    public nint Count;

    /// <summary>Where the parameter begins when all are laid one behind another, each on a cache line.</summary>
    public nint Start;

    /// <summary>What depends on how often this parameter was updated.</summary>
    public float Rate, Correction;
}

/// <summary>The formula of an optimizer, over one parameter's elements.</summary>
internal interface IUpdate
{
    /// <summary>Handles [from, to), a whole number of registers.</summary>
    void Run<V, S>(in UpdateTarget at, nint from, nint to) where V : struct where S : ISimd<V>;
}

/// <summary>An optimizer's step over all parameters in one pass and one fork.</summary>
/// <remarks>
/// The parameters count as one long array, which is cut into blocks of fixed length: a block holds part of a large
/// parameter or many small ones, so threads share the work evenly, and its bits do not depend on how many there are.
/// </remarks>
internal unsafe struct ParameterUpdate<U> : IJob where U : unmanaged, IUpdate
{
    private const int BlockLength = 1 << 13;
    private U update;
    private UpdateTarget* targets;
    private int count;
    private nint total;

    /// <summary>Updates <paramref name="count"/> parameters, of which <see cref="UpdateTarget.Start"/> is set here.</summary>
    public static void Execute(U update, UpdateTarget* targets, int count)
    {
        nint total = 0;
        for (int i = 0; i < count; i++)
        {
            targets[i].Start = total;
            total += (targets[i].Count + 15) & ~(nint)15;
        }

        var job = new ParameterUpdate<U> { update = update, targets = targets, count = count, total = total };
        Workers.Run(ref job, (int)((total + BlockLength - 1) / BlockLength));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int item)
    {
        nint from = (nint)item * BlockLength, to = Math.Min(from + BlockLength, total);
        for (int i = Find(from); i < count && targets[i].Start < to; i++)
        {
            var piece = new Piece { Update = update, Target = targets[i] };
            nint first = Math.Max(0, from - piece.Target.Start), end = Math.Min(piece.Target.Count, to - piece.Target.Start);
            if (first < end)
                Vectors.Run(ref piece, first, end);
        }
    }

    /// <summary>The last parameter that begins at or before a place.</summary>
    private readonly int Find(nint place)
    {
        int low = 0, high = count;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (targets[middle].Start <= place)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    private struct Piece : IVectorKernel
    {
        public U Update;
        public UpdateTarget Target;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V> => Update.Run<V, S>(in Target, from, to);
    }
}
