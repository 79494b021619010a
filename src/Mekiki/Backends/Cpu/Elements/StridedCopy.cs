namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Copies between elements that lie at given distances.</summary>
internal static unsafe class StridedCopy
{
    public static void Run<T>(T* from, Strides fromAt, T* to, Strides toAt, Shape shape) where T : unmanaged
    {
        var walk = new Walk(fromAt, toAt, shape);
        for (int row = 0; row < walk.Rows; row++, walk.Next())
        {
            T* source = from + walk.From, target = to + walk.To;
            nint step = walk.FromStep, toStep = walk.ToStep;
            if (step == 1 && toStep == 1)
                new ReadOnlySpan<T>(source, walk.Length).CopyTo(new Span<T>(target, walk.Length));
            else
                for (nint i = 0; i < walk.Length; i++)
                    target[i * toStep] = source[i * step];
        }
    }

    /// <summary>Adds instead of overwriting.</summary>
    public static void Add(float* from, Strides fromAt, float* to, Strides toAt, Shape shape)
    {
        var walk = new Walk(fromAt, toAt, shape);
        for (int row = 0; row < walk.Rows; row++, walk.Next())
        {
            float* source = from + walk.From, target = to + walk.To;
            nint step = walk.FromStep, toStep = walk.ToStep;
            for (nint i = 0; i < walk.Length; i++)
                target[i * toStep] += source[i * step];
        }
    }

    /// <summary>Goes over the rows of a shape, and knows where each begins on either side.</summary>
    private ref struct Walk
    {
        private readonly Shape shape;
        private readonly long[] fromSteps, toSteps;
        private fixed int index[Shape.MaxRank];

        public Walk(Strides fromAt, Strides toAt, Shape shape)
        {
            this.shape = shape;
            (fromSteps, toSteps, From, To) = (fromAt.Steps, toAt.Steps, (nint)fromAt.Offset, (nint)toAt.Offset);
            Length = shape.Rank == 0 ? 1 : shape[^1];
            Rows = Length == 0 ? 0 : shape.ElementCount / Length;
            (FromStep, ToStep) = shape.Rank == 0 ? (1, 1) : ((nint)fromSteps[^1], (nint)toSteps[^1]);
        }

        public int Rows { get; }

        public int Length { get; }

        public nint FromStep { get; }

        public nint ToStep { get; }

        public nint From { get; private set; }

        public nint To { get; private set; }

        public void Next()
        {
            for (int d = shape.Rank - 2; d >= 0; d--)
            {
                From += (nint)fromSteps[d];
                To += (nint)toSteps[d];
                if (++index[d] < shape[d])
                    return;
                From -= (nint)fromSteps[d] * shape[d];
                To -= (nint)toSteps[d] * shape[d];
                index[d] = 0;
            }
        }
    }
}
