using System.Runtime.CompilerServices;
using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Operations;

/// <summary>A function of two numbers and its derivatives.</summary>
internal interface IArithmetic : ICombination
{
    static abstract string Name { get; }

    /// <summary>The derivative by a times dy.</summary>
    static abstract V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V>;

    static abstract V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V>;
}

/// <summary>Addition and its like, with broadcasting.</summary>
internal static unsafe class ArithmeticOperation<F> where F : unmanaged, IArithmetic
{
    public static Tensor Apply(Tensor a, Tensor b)
    {
        if (a.Shape == b.Shape)
            b = LayoutOperation.Like(b, a);
        else
            (a, b) = (LayoutOperation.RowMajor(a), LayoutOperation.RowMajor(b));
        var shape = Broadcasting.Join(a.Shape, b.Shape, F.Name);
        var y = Tensor.Empty(shape, a.ChannelsLast);
        if (a.Shape == b.Shape)
            Elementwise.Combine<F>(a.Pointer, b.Pointer, y.Pointer, y.Count);
        else
            Broadcasting.Combine<F>(a.Pointer, a.Shape, b.Pointer, b.Shape, y.Pointer, shape);
        if (Gradients.Needed(a, b))
            y.Node = new Node(a, b, y);
        return y;
    }

    private sealed class Node(Tensor a, Tensor b, Tensor y) : BinaryNode(a, b, y)
    {
        public override void Backward(Storage dy)
        {
            if (A.RequiresGrad)
                A.Accept(Gradient<PartA>(A, dy));
            if (B.RequiresGrad)
                B.Accept(Gradient<PartB>(B, dy));
            dy.Release();
        }

        private Storage Gradient<P>(Tensor input, Storage dy) where P : struct, IPart
        {
            Shape shape = Output.Shape;
            var full = Storage.Floats(shape.Count);
            // Each derivative is a function of a, b and dy; expand the inputs where they repeat.
            var a = Expand(A);
            var b = Expand(B);
            var kernel = new PartKernel<P> { A = a.Pointer, B = b.Pointer, Dy = dy.Pointer, Result = full.Pointer };
            Vectors.Run(ref kernel, 0, shape.Count);
            a.Release();
            b.Release();
            if (input.Shape == shape)
                return full;
            var sum = Storage.Floats(input.Count);
            Broadcasting.SumTo(full.Pointer, shape, sum.Pointer, input.Shape);
            full.Release();
            return sum;
        }

        private Storage Expand(Tensor input)
        {
            if (input.Shape == Output.Shape)
                return input.Data.Share();
            var full = Storage.Floats(Output.Count);
            Broadcasting.Combine<First>(input.Pointer, input.Shape, input.Pointer, input.Shape, full.Pointer, Output.Shape);
            return full;
        }
    }

    private interface IPart
    {
        static abstract V Apply<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V>;
    }

    private struct PartKernel<P> : IVectorKernel where P : struct, IPart
    {
        public float* A, B, Dy, Result;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            for (nint i = from; i < to; i += S.Count)
                S.Store(Result + i, P.Apply<V, S>(S.Load(A + i), S.Load(B + i), S.Load(Dy + i)));
        }
    }

    private readonly struct PartA : IPart
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => F.ByA<V, S>(a, b, dy);
    }

    private readonly struct PartB : IPart
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => F.ByB<V, S>(a, b, dy);
    }

    private readonly struct First : ICombination
    {
        public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => a;
    }
}

/// <summary>a + b.</summary>
internal readonly struct Addition : IArithmetic
{
    public static string Name => "Add";
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Add(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => dy;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => dy;
}

/// <summary>a - b.</summary>
internal readonly struct Subtraction : IArithmetic
{
    public static string Name => "Subtract";
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Sub(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => dy;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Sub(S.Zero, dy);
}

/// <summary>a · b, element by element.</summary>
internal readonly struct Multiplication : IArithmetic
{
    public static string Name => "Multiply";
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Mul(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Mul(b, dy);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Mul(a, dy);
}

/// <summary>a / b, element by element.</summary>
internal readonly struct Division : IArithmetic
{
    public static string Name => "Divide";
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Div(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Div(dy, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Sub(S.Zero, S.Div(S.Mul(a, dy), S.Mul(b, b)));
}
