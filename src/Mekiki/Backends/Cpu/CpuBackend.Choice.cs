using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Backends.Cpu;

/// <summary>Choice, types and moving.</summary>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override Storage Compare(Comparison f, Storage a, Storage b)
    {
        if (a.Type is DType.Float16 or DType.BFloat16)
        {
            Storage x = Cast(a, DType.Float32), z = Cast(b, DType.Float32), result = Compare(f, x, z);
            x.Release();
            z.Release();
            return result;
        }

        var y = CpuStorage.Of(DType.Bool, a.Length);
        var to = (byte*)y.Pointer;
        nint count = (nint)a.Length;
        void* first = P(a), second = P(b);
        switch (a.Type)
        {
            case DType.Float32: Comparing.Run((float*)first, (float*)second, to, count, f); break;
            case DType.Int64: Comparing.Run((long*)first, (long*)second, to, count, f); break;
            case DType.Int32: Comparing.Run((int*)first, (int*)second, to, count, f); break;
            case DType.Int8: Comparing.Run((sbyte*)first, (sbyte*)second, to, count, f); break;
            default: Comparing.Run((byte*)first, (byte*)second, to, count, f); break;
        }

        return y;
    }

    /// <inheritdoc/>
    public override Storage Select(Storage condition, Storage yes, Storage no)
    {
        var y = CpuStorage.Of(yes.Type, yes.Length);
        var mask = (byte*)P(condition);
        nint count = (nint)yes.Length;
        void* first = P(yes), second = P(no), to = y.Pointer;
        switch (yes.Type.Bytes())
        {
            case 8: Comparing.Select(mask, (long*)first, (long*)second, (long*)to, count); break;
            case 4: Comparing.Select(mask, (int*)first, (int*)second, (int*)to, count); break;
            case 2: Comparing.Select(mask, (short*)first, (short*)second, (short*)to, count); break;
            default: Comparing.Select(mask, (byte*)first, (byte*)second, (byte*)to, count); break;
        }

        return y;
    }

    /// <inheritdoc/>
    public override Storage Cast(Storage x, DType type)
    {
        var y = CpuStorage.Of(type, x.Length);
        Casting.Run(P(x), x.Type, y.Pointer, type, (nint)x.Length);
        return y;
    }

    /// <inheritdoc/>
    public override void CopyStrided(Storage from, Strides fromAt, Storage to, Strides toAt, Shape shape, bool accumulate)
    {
        void* source = P(from), target = P(to);
        if (accumulate)
            StridedCopy.Add((float*)source, fromAt, (float*)target, toAt, shape);
        else
            switch (from.Type.Bytes())
            {
                case 8: StridedCopy.Run((long*)source, fromAt, (long*)target, toAt, shape); break;
                case 4: StridedCopy.Run((int*)source, fromAt, (int*)target, toAt, shape); break;
                case 2: StridedCopy.Run((short*)source, fromAt, (short*)target, toAt, shape); break;
                default: StridedCopy.Run((byte*)source, fromAt, (byte*)target, toAt, shape); break;
            }

        to.Touch();
        GC.KeepAlive(from);
    }

    /// <inheritdoc/>
    public override Storage Gather(in GatherSizes s, Storage x, Storage index)
    {
        var y = CpuStorage.Of(x.Type, (long)s.Outer * s.Count * s.Inner);
        var at = (long*)P(index);
        void* from = P(x), to = y.Pointer;
        switch (x.Type.Bytes())
        {
            case 8: Gathering.Run(s, (long*)from, at, (long*)to); break;
            case 4: Gathering.Run(s, (int*)from, at, (int*)to); break;
            case 2: Gathering.Run(s, (short*)from, at, (short*)to); break;
            default: Gathering.Run(s, (byte*)from, at, (byte*)to); break;
        }

        GC.KeepAlive(index);
        return y;
    }

    /// <inheritdoc/>
    public override Storage ScatterAdd(in GatherSizes s, Storage dy, Storage index)
    {
        var dx = CpuStorage.Floats((long)s.Outer * s.Length * s.Inner);
        new Span<float>(dx.Pointer, (int)dx.Length).Clear();
        Gathering.Add(s, P(dy), (long*)P(index), dx.Pointer);
        GC.KeepAlive(index);
        return dx;
    }

    /// <inheritdoc/>
    public override Storage Top(in LineSizes s, Storage x, int count, bool largest, out Storage indices)
    {
        long length = (long)s.Outer * count * s.Inner;
        CpuStorage y = CpuStorage.Floats(length), places = CpuStorage.Of(DType.Int64, length);
        var work = new TopWork { X = P(x), Y = y.Pointer, Places = (long*)places.Pointer, Sizes = s, Count = count, Largest = largest };
        work.Execute();
        indices = places;
        GC.KeepAlive(x);
        return y;
    }

    /// <inheritdoc/>
    public override Storage Scan(in LineSizes s, Storage x, bool product, bool reverse, bool exclusive)
    {
        var y = CpuStorage.Floats(x.Length);
        var work = new ScanWork { X = P(x), Y = y.Pointer, Sizes = s, Product = product, Reverse = reverse, Exclusive = exclusive };
        work.Execute();
        GC.KeepAlive(x);
        return y;
    }
}
