using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Operations;

/// <summary>The same tensor, laid out otherwise in memory.</summary>
internal static unsafe class LayoutOperation
{
    /// <summary>As (N, H, W, C) in memory; a 4-D tensor.</summary>
    public static Tensor ChannelsLast(Tensor x) => x.ChannelsLast ? x : Change(x, true);

    /// <summary>In row-major order of its shape.</summary>
    public static Tensor RowMajor(Tensor x) => x.ChannelsLast ? Change(x, false) : x;

    /// <summary>As <paramref name="other"/> is laid out; both have the same shape.</summary>
    public static Tensor Like(Tensor x, Tensor other) => other.ChannelsLast ? ChannelsLast(x) : RowMajor(x);

    private static Tensor Change(Tensor x, bool channelsLast)
    {
        Storage data;
        if (x.Shape[1] == 1 || x.Shape[2] * x.Shape[3] == 1)
            data = x.Data.Share();
        else
        {
            data = Storage.Floats(x.Count);
            Move(x.Pointer, data.Pointer, x.Shape, channelsLast);
        }

        var y = new Tensor(x.Shape, DType.Float32, data, channelsLast);
        if (Gradients.Needed(x))
            y.Node = new Node(x, y);
        return y;
    }

    private static void Move(float* source, float* target, Shape shape, bool channelsLast)
    {
        if (channelsLast)
            Layouts.ToChannelsLast(source, target, shape);
        else
            Layouts.ToRowMajor(source, target, shape);
    }

    private sealed class Node(Tensor x, Tensor y) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            if (X.Shape[1] == 1 || X.Shape[2] * X.Shape[3] == 1)
            {
                X.Accept(dy);
                return;
            }

            var dx = Storage.Floats(X.Count);
            Move(dy.Pointer, dx.Pointer, X.Shape, X.ChannelsLast);
            dy.Release();
            X.Accept(dx);
        }
    }
}
