using System.Numerics;

namespace Mekiki.Vision.Ranks;

/// <summary>Adds the vectors of parts along a fixed tree of pairs: 0 + 1, 2 + 3, …, then sums of two pairs, and so on. The bits depend on how many parts there are alone.</summary>
/// <remarks>
/// A node (level, index) is the sum of the parts from index · 2^level on, 2^level of them or those that there are. Vectors come in the order of
/// their parts; two that make a pair become one at once. What is left at the end are the largest whole nodes of the run of parts that came.
/// </remarks>
/// <param name="parts">How many parts there are in all.</param>
internal sealed class SumTree(int parts)
{
    private readonly List<(int Level, long Index, Memory<float> Values)> nodes = [];

    /// <summary>The largest whole nodes, in the order of their parts.</summary>
    public IReadOnlyList<(int Level, long Index, Memory<float> Values)> Nodes => nodes;

    /// <summary>The vectors of a run of parts, of which nothing is known but their places.</summary>
    public static SumTree OfRun(int parts, int from, int to)
    {
        var tree = new SumTree(parts);
        for (int part = from; part < to; part++)
            tree.Add(0, part, default, []);
        return tree;
    }

    /// <summary>Takes the next node, which becomes part of the tree, and adds up what makes pairs.</summary>
    /// <param name="level">0 for one part.</param>
    /// <param name="index">Which of its level.</param>
    /// <param name="values">Its vector; it may be overwritten.</param>
    /// <param name="free">Receives vectors that are not needed any more.</param>
    public void Add(int level, long index, Memory<float> values, Stack<Memory<float>> free)
    {
        while (true)
        {
            if ((index & 1) == 1 && nodes.Count > 0 && nodes[^1] is var left && left.Level == level && left.Index == index - 1)
            {
                Add(left.Values.Span, values.Span);
                free.Push(values);
                values = left.Values;
                nodes.RemoveAt(nodes.Count - 1);
            }
            else if ((index & 1) == 1 || index + 1 << level < parts || 1L << level >= parts)
            {
                break;
            }

            // A node without a right neighbour is its own sum.
            (level, index) = (level + 1, index / 2);
        }

        nodes.Add((level, index, values));
    }

    /// <summary>Begins anew.</summary>
    public void Clear() => nodes.Clear();

    private static void Add(Span<float> to, ReadOnlySpan<float> more)
    {
        int i = 0, width = Vector<float>.Count;
        for (; i <= to.Length - width; i += width)
            (new Vector<float>(to[i..]) + new Vector<float>(more[i..])).CopyTo(to[i..]);
        for (; i < to.Length; i++)
            to[i] += more[i];
    }
}
