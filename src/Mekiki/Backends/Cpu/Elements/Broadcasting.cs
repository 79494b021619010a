using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Loops over two arrays of which each may repeat along some dimensions.</summary>
internal static unsafe class Broadcasting
{
    /// <summary>y = f(a, b), with a and b repeated to y's shape.</summary>
    public static void Combine<F>(float* a, Shape aShape, float* b, Shape bShape, float* y, Shape yShape) where F : unmanaged, ICombination
    {
        var walk = new Walk(yShape, aShape, bShape);
        for (int row = 0; row < walk.Rows; row++, walk.Next())
        {
            float* x = a + walk.First, z = b + walk.Second, to = y + (nint)row * walk.Length;
            for (int i = 0; i < walk.Length; i++)
                to[i] = F.Apply<float, SimdScalar>(x[i * walk.FirstStep], z[i * walk.SecondStep]);
        }
    }

    /// <summary>Adds up what was repeated: from the shape of <paramref name="full"/> to that of <paramref name="sum"/>.</summary>
    public static void SumTo(float* full, Shape fullShape, float* sum, Shape sumShape)
    {
        var totals = new double[Math.Max(1, sumShape.ElementCount)];
        var walk = new Walk(fullShape, sumShape, sumShape);
        for (int row = 0; row < walk.Rows; row++, walk.Next())
        {
            float* from = full + (nint)row * walk.Length;
            for (int i = 0; i < walk.Length; i++)
                totals[walk.First + i * walk.FirstStep] += from[i];
        }

        for (int i = 0; i < sumShape.ElementCount; i++)
            sum[i] = (float)totals[i];
    }

    /// <summary>Walks over the rows of a shape, and knows where each lies in two arrays that repeat.</summary>
    private ref struct Walk
    {
        private readonly Shape shape;
        private fixed int firstStrides[Shape.MaxRank], secondStrides[Shape.MaxRank], index[Shape.MaxRank];

        public Walk(Shape shape, Shape first, Shape second)
        {
            this.shape = shape;
            Length = shape.Rank == 0 ? 1 : shape[^1];
            Rows = Length == 0 ? 0 : shape.ElementCount / Length;
            for (int d = 0; d < Shape.MaxRank; d++)
                index[d] = 0;
            FirstStep = Fill(first, ref firstStrides[0]);
            SecondStep = Fill(second, ref secondStrides[0]);
        }

        public int Rows { get; }

        public int Length { get; }

        public int FirstStep { get; }

        public int SecondStep { get; }

        public int First { get; private set; }

        public int Second { get; private set; }

        public void Next()
        {
            for (int d = shape.Rank - 2; d >= 0; d--)
            {
                First += firstStrides[d];
                Second += secondStrides[d];
                if (++index[d] < shape[d])
                    return;
                First -= firstStrides[d] * shape[d];
                Second -= secondStrides[d] * shape[d];
                index[d] = 0;
            }
        }

        private readonly int Fill(Shape part, ref int strides)
        {
            int stride = 1, last = 0;
            for (int i = 1; i <= shape.Rank; i++)
            {
                int size = i <= part.Rank ? part[^i] : 1, step = size == 1 ? 0 : stride;
                System.Runtime.CompilerServices.Unsafe.Add(ref strides, shape.Rank - i) = step;
                if (i == 1)
                    last = step;
                stride *= size;
            }

            return last;
        }
    }
}
