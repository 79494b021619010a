using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Loops over two arrays of which each may repeat along some dimensions.</summary>
internal static unsafe class Broadcasting
{
    private const int ElementsPerItem = 1 << 14, OperationsPerElement = 8;

    /// <summary>y = f(a, b), with a and b repeated to y's shape.</summary>
    public static void Combine<F>(float* a, Shape aShape, float* b, Shape bShape, float* y, Shape yShape) where F : unmanaged, ICombination
    {
        if (yShape.ElementCount == 0)
            return;
        var job = new Job<F>(a, aShape, b, bShape, y, yShape);
        job.Execute();
    }

    /// <summary>Adds up what was repeated: from the shape of <paramref name="full"/> to that of <paramref name="sum"/>, each sum in double precision in the order of its elements.</summary>
    /// <param name="full">The elements.</param>
    /// <param name="fullShape">Their shape.</param>
    /// <param name="sum">Receives the sums.</param>
    /// <param name="sumShape">Their shape, whose dimensions are as long as those of <paramref name="fullShape"/> or 1.</param>
    /// <param name="factor">What each element is multiplied with before, lying as <paramref name="full"/> does, or null.</param>
    public static void SumTo(float* full, Shape fullShape, float* sum, Shape sumShape, float* factor = null)
    {
        if (AsRows(fullShape, sumShape) is var (groups, rows, columns))
        {
            var job = new BroadcastSum { Full = full, Factor = factor, Sum = sum, Groups = groups, Rows = rows, Columns = columns };
            job.Execute();
            return;
        }

        var totals = new double[Math.Max(1, sumShape.ElementCount)];
        var walk = new Walk(fullShape, sumShape);
        for (int row = 0; row < walk.Rows; row++, walk.Next())
        {
            nint from = (nint)row * walk.Length;
            for (int i = 0; i < walk.Length; i++)
                totals[walk.Place + i * walk.Step] += factor == null ? full[from + i] : full[from + i] * factor[from + i];
        }

        for (int i = 0; i < sumShape.ElementCount; i++)
            sum[i] = (float)totals[i];
    }

    /// <summary>The shape as (groups, rows, columns) of which rows are summed, or null: what is summed does not lie together.</summary>
    private static (int Groups, int Rows, int Columns)? AsRows(Shape fullShape, Shape sumShape)
    {
        int groups = 1, rows = 1, columns = 1;
        for (int d = 0; d < fullShape.Rank; d++)
        {
            int size = fullShape[d], at = d - (fullShape.Rank - sumShape.Rank);
            if (size == 1)
                continue;
            bool isSummed = at < 0 || sumShape[at] == 1;
            if (isSummed && columns > 1)
                return null;
            if (isSummed)
                rows *= size;
            else if (rows > 1)
                columns *= size;
            else
                groups *= size;
        }

        return (groups, rows, columns);
    }

    /// <summary>Walks over the rows of a shape, and knows where each lies in an array that repeats.</summary>
    private ref struct Walk
    {
        private readonly Shape shape;
        private fixed int strides[Shape.MaxRank], index[Shape.MaxRank];

        public Walk(Shape shape, Shape part)
        {
            this.shape = shape;
            Length = shape.Rank == 0 ? 1 : shape[^1];
            Rows = Length == 0 ? 0 : shape.ElementCount / Length;
            for (int d = 0; d < Shape.MaxRank; d++)
                index[d] = 0;
            Step = Strides(shape, part, ref strides[0]);
        }

        public int Rows { get; }

        public int Length { get; }

        public int Step { get; }

        public int Place { get; private set; }

        public void Next()
        {
            for (int d = shape.Rank - 2; d >= 0; d--)
            {
                Place += strides[d];
                if (++index[d] < shape[d])
                    return;
                Place -= strides[d] * shape[d];
                index[d] = 0;
            }
        }
    }

    /// <summary>How far the next element of each dimension lies in an array that repeats to a shape; returns that of the last.</summary>
    private static int Strides(Shape shape, Shape part, ref int strides)
    {
        int stride = 1, last = 0;
        for (int i = 1; i <= shape.Rank; i++)
        {
            int size = i <= part.Rank ? part[^i] : 1, step = size == 1 ? 0 : stride;
            Unsafe.Add(ref strides, shape.Rank - i) = step;
            if (i == 1)
                last = step;
            stride *= size;
        }

        return last;
    }

    /// <summary>Some rows of the result, whose last dimension runs fastest. Neighbouring dimensions along which both arrays go on evenly are one.</summary>
    private struct Job<F> : IJob where F : unmanaged, ICombination
    {
        private readonly float* a, b, y;
        private readonly int dimensions, rows, length;
        private fixed int sizes[Shape.MaxRank], aSteps[Shape.MaxRank], bSteps[Shape.MaxRank];

        public Job(float* a, Shape aShape, float* b, Shape bShape, float* y, Shape shape)
        {
            this.a = a;
            this.b = b;
            this.y = y;
            Strides(shape, aShape, ref aSteps[0]);
            Strides(shape, bShape, ref bSteps[0]);
            int last = -1;
            for (int d = 0; d < shape.Rank; d++)
            {
                int size = shape[d];
                if (size == 1)
                    continue;
                bool isOne = last >= 0 && aSteps[last] == aSteps[d] * size && bSteps[last] == bSteps[d] * size;
                if (!isOne)
                    last++;
                sizes[last] = isOne ? sizes[last] * size : size;
                (aSteps[last], bSteps[last]) = (aSteps[d], bSteps[d]);
            }

            dimensions = last + 1;
            length = dimensions == 0 ? 1 : sizes[last];
            rows = shape.ElementCount / length;
        }

        private readonly int RowsPerItem => Math.Max(1, ElementsPerItem / length);

        public void Execute()
        {
            if (dimensions <= 1)
            {
                var all = new RowKernel<F> { A = a, B = b, Y = y, Rows = 1, AStep = aSteps[0], BStep = bSteps[0] };
                if (dimensions == 0)
                    (all.AStep, all.BStep) = (0, 0);
                Vectors.RunParallel(ref all, length);
                return;
            }

            Workers.Run(ref this, (rows + RowsPerItem - 1) / RowsPerItem, (long)rows * length * OperationsPerElement);
        }

        public readonly void Run(int item)
        {
            int last = dimensions - 1, row = item * RowsPerItem, end = Math.Min(row + RowsPerItem, rows);
            while (row < end)
            {
                int inner = row % sizes[last - 1], count = Math.Min(sizes[last - 1] - inner, end - row);
                nint fromA = (nint)inner * aSteps[last - 1], fromB = (nint)inner * bSteps[last - 1];
                for (int d = last - 2, rest = row / sizes[last - 1]; d >= 0; rest /= sizes[d], d--)
                {
                    fromA += (nint)(rest % sizes[d]) * aSteps[d];
                    fromB += (nint)(rest % sizes[d]) * bSteps[d];
                }

                var kernel = new RowKernel<F> { A = a + fromA, B = b + fromB, Y = y + (nint)row * length, Rows = count, Length = length, ARow = aSteps[last - 1], BRow = bSteps[last - 1], AStep = aSteps[last], BStep = bSteps[last] };
                Vectors.Run(ref kernel, 0, length);
                row += count;
            }
        }
    }

    /// <summary>Rows at equal distances, along which each array goes on by one element or stays.</summary>
    private struct RowKernel<F> : IVectorKernel where F : unmanaged, ICombination
    {
        public float* A, B, Y;
        public int Rows, AStep, BStep;
        public nint Length, ARow, BRow;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            float* a = A, b = B, y = Y;
            for (int row = Rows; row > 0; row--, a += ARow, b += BRow, y += Length)
                if (AStep == 0)
                {
                    V first = S.Broadcast(*a);
                    for (nint i = from; i < to; i += S.Count)
                        S.Store(y + i, F.Apply<V, S>(first, BStep == 0 ? S.Broadcast(*b) : S.Load(b + i)));
                }
                else if (BStep == 0)
                {
                    V second = S.Broadcast(*b);
                    for (nint i = from; i < to; i += S.Count)
                        S.Store(y + i, F.Apply<V, S>(S.Load(a + i), second));
                }
                else
                    for (nint i = from; i < to; i += S.Count)
                        S.Store(y + i, F.Apply<V, S>(S.Load(a + i), S.Load(b + i)));
        }
    }
}
