using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Images of another size: margins, and pixels between pixels.</summary>
internal static class ResampleOperation
{
    public static Tensor Pad(Tensor x, int left, int right, int top, int bottom, PaddingMode mode, float value)
    {
        Operand.Check("Pad", x);
        if (left < 0 || right < 0 || top < 0 || bottom < 0)
            throw new ArgumentOutOfRangeException(null, $"Pad: expected margins of 0 or more, got left {left}, right {right}, top {top}, bottom {bottom}.");
        Ranges.Defined(mode, "Pad");
        if (x.Shape.Rank != 4)
            throw new MekikiException($"Pad: expected images (N, C, H, W), got {x.Shape}.");
        int height = x.Shape[2], width = x.Shape[3];
        if (mode == PaddingMode.Reflect && (left >= width || right >= width || top >= height || bottom >= height))
            throw new MekikiException($"Pad: expected margins smaller than the image to reflect it, got {x.Shape} and left {left}, right {right}, top {top}, bottom {bottom}. Use smaller margins, or PaddingMode.Replicate.");
        if (mode == PaddingMode.Replicate && (width == 0 || height == 0))
            throw new MekikiException($"Pad: expected one pixel or more to repeat, got {x.Shape}.");
        return Apply("Pad", x, Axis(height, top, bottom, mode), Axis(width, left, right, mode), value);
    }

    public static Tensor Interpolate(Tensor x, int height, int width, InterpolationMode mode, bool alignCorners)
    {
        Operand.Check("Interpolate", x);
        if (height < 1 || width < 1)
            throw new ArgumentOutOfRangeException(height < 1 ? nameof(height) : nameof(width), $"Interpolate: expected a result of 1x1 or more, got {height}x{width}.");
        Check(mode, alignCorners);
        if (x.Shape.Rank != 4 || x.Count == 0)
            throw new MekikiException($"Interpolate: expected images (N, C, H, W) of one pixel or more, got {x.Shape}.");
        Count("Interpolate", x, height, width);
        return mode == InterpolationMode.Nearest
            ? Apply("Interpolate", x, ResampleAxis.Nearest(x.Shape[2], height), ResampleAxis.Nearest(x.Shape[3], width), 0)
            : Apply("Interpolate", x, ResampleAxis.Linear(x.Shape[2], height, alignCorners), ResampleAxis.Linear(x.Shape[3], width, alignCorners), 0);
    }

    /// <summary>Whether corners may be aligned in this mode.</summary>
    /// <exception cref="ArgumentException">They may not, or there is no such mode.</exception>
    public static void Check(InterpolationMode mode, bool alignCorners)
    {
        Ranges.Defined(mode, "Interpolate");
        if (mode == InterpolationMode.Nearest && alignCorners)
            throw new ArgumentException("Interpolate: expected alignCorners with InterpolationMode.Bilinear alone, got it with Nearest. Leave it out.", nameof(alignCorners));
    }

    private static ResampleAxis Axis(int length, int before, int after, PaddingMode mode)
    {
        long count = (long)length + before + after;
        if (count > int.MaxValue)
            throw new MekikiException($"Pad: expected at most {int.MaxValue:N0} rows and columns, got {count:N0}. Use smaller margins.");
        return ResampleAxis.Of((int)count, i => (mode, i - before) switch
        {
            (PaddingMode.Constant, int at) => at >= 0 && at < length ? at : -1,
            (PaddingMode.Replicate, int at) => Math.Clamp(at, 0, length - 1),
            (_, int at) => at < 0 ? -at : at < length ? at : 2 * (length - 1) - at,
        });
    }

    private static void Count(string name, Tensor x, long height, long width)
    {
        if ((double)x.Shape[0] * x.Shape[1] * height * width > int.MaxValue)
            throw new MekikiException($"{name}: expected at most {int.MaxValue:N0} elements, got {x.Shape} to become {height}x{width}. Use smaller images or batches.");
    }

    private static Tensor Apply(string name, Tensor x, ResampleAxis rows, ResampleAxis columns, float value)
    {
        Count(name, x, rows.Count, columns.Count);
        x = LayoutOperation.Images(x);
        var s = new ResampleSizes(x.Shape[0], x.Shape[2], x.Shape[3], x.Shape[1], rows, columns, value);
        var y = new Tensor([x.Shape[0], x.Shape[1], rows.Count, columns.Count], x.Backend.Resample(s, x.Data), x.Layout);
        if (Gradients.Needed(x))
            y.Node = new ResampleNode(s, x, y);
        return y;
    }

    private sealed class ResampleNode(ResampleSizes s, Tensor x, Tensor y) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            X.Accept(X.Backend.ResampleGradient(s, dy));
            dy.Release();
        }
    }
}
