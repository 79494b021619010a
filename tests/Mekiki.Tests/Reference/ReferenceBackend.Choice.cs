using System.Runtime.InteropServices;
using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>Choice, types and moving.</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override Storage Compare(Comparison f, Storage a, Storage b)
    {
        var y = new ReferenceStorage(this, DType.Bool, a.Length);
        for (int i = 0; i < a.Length; i++)
        {
            bool equal = a.Type == DType.Int64 ? Longs(a)[i] == Longs(b)[i] : Number(a, i) == Number(b, i);
            bool greater = a.Type == DType.Int64 ? Longs(a)[i] > Longs(b)[i] : Number(a, i) > Number(b, i);
            bool less = a.Type == DType.Int64 ? Longs(a)[i] < Longs(b)[i] : Number(a, i) < Number(b, i);
            bool holds = f switch
            {
                Comparison.Equal => equal,
                Comparison.NotEqual => !equal,
                Comparison.Greater => greater,
                Comparison.GreaterOrEqual => greater || equal,
                Comparison.Less => less,
                _ => less || equal,
            };
            Bytes(y, i, 1)[0] = holds ? (byte)1 : (byte)0;
        }

        return y;
    }

    /// <inheritdoc/>
    public override Storage Select(Storage condition, Storage yes, Storage no)
    {
        var y = new ReferenceStorage(this, yes.Type, yes.Length);
        for (int i = 0; i < yes.Length; i++)
            Move(Bytes(condition, i, 1)[0] != 0 ? yes : no, i, y, i);
        return y;
    }

    /// <inheritdoc/>
    public override Storage Cast(Storage x, DType type)
    {
        var y = new ReferenceStorage(this, type, x.Length);
        bool fromInteger = x.Type is DType.Int64 or DType.Int32 or DType.Int8 or DType.UInt8 or DType.Bool;
        for (int i = 0; i < x.Length; i++)
        {
            double value = Number(x, i);
            // Integers keep their low bits; others are cut to a whole number, and to the range of the type.
            long whole = fromInteger ? Whole(x, i) : 0;
            switch (type)
            {
                case DType.Float32: Of(y)[i] = fromInteger ? whole : value; break;
                case DType.Int64: Longs(y)[i] = fromInteger ? whole : (long)Cut(value, long.MinValue, long.MaxValue); break;
                case DType.Int32: Write(y, i, fromInteger ? (int)whole : (int)Cut(value, int.MinValue, int.MaxValue)); break;
                case DType.UInt8: Write(y, i, fromInteger ? (byte)whole : (byte)Cut(value, 0, 255)); break;
                case DType.Int8: Write(y, i, fromInteger ? (sbyte)whole : (sbyte)Cut(value, -128, 127)); break;
                case DType.Float16: Write(y, i, (Half)(float)value); break;
                case DType.BFloat16: Write(y, i, BFloat16((float)value)); break;
                default: Write(y, i, fromInteger ? whole != 0 : value != 0); break;
            }
        }

        return y;
    }

    /// <inheritdoc/>
    public override void CopyStrided(Storage from, Strides fromAt, Storage to, Strides toAt, Shape shape, bool accumulate)
    {
        for (int i = 0; i < shape.ElementCount; i++)
        {
            long source = fromAt.Offset, target = toAt.Offset;
            for (int d = shape.Rank - 1, rest = i; d >= 0; rest /= shape[d], d--)
            {
                source += rest % shape[d] * fromAt.Steps[d];
                target += rest % shape[d] * toAt.Steps[d];
            }

            if (accumulate)
                Of(to)[target] += Of(from)[source];
            else
                Move(from, source, to, target);
        }

        to.Touch();
    }

    /// <inheritdoc/>
    public override Storage Gather(in GatherSizes s, Storage x, Storage index)
    {
        var y = new ReferenceStorage(this, x.Type, (long)s.Outer * s.Count * s.Inner);
        for (int i = 0; i < y.Length; i++)
            Move(x, Source(s, index, i), y, i);
        return y;
    }

    /// <inheritdoc/>
    public override Storage ScatterAdd(in GatherSizes s, Storage dy, Storage index)
    {
        var dx = new double[s.Outer * s.Length * s.Inner];
        for (int i = 0; i < dy.Length; i++)
            dx[Source(s, index, i)] += Of(dy)[i];
        return Store(dx);
    }

    /// <inheritdoc/>
    public override Storage Top(in LineSizes s, Storage x, int count, bool largest, out Storage indices)
    {
        var y = new double[s.Outer * count * s.Inner];
        indices = new ReferenceStorage(this, DType.Int64, y.Length);
        for (int o = 0; o < s.Outer; o++)
            for (int i = 0; i < s.Inner; i++)
            {
                int outer = o, inner = i;
                var (length, stride) = (s.Length, s.Inner);
                double At(int k) => Of(x)[(outer * length + k) * stride + inner];
                // Stable: of equal ones the first comes first. No number is larger than all numbers, and than infinity.
                var order = Enumerable.Range(0, length).Select(k => (Place: k, IsNone: double.IsNaN(At(k)), Value: At(k)));
                order = largest ? order.OrderByDescending(e => e.IsNone).ThenByDescending(e => e.Value) : order.OrderBy(e => e.IsNone).ThenBy(e => e.Value);
                foreach (var (rank, element) in order.Take(count).Index())
                {
                    y[(o * count + rank) * s.Inner + i] = element.Value;
                    Longs(indices)[(o * count + rank) * s.Inner + i] = element.Place;
                }
            }

        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage Scan(in LineSizes s, Storage x, bool product, bool reverse, bool exclusive)
    {
        var y = new double[x.Length];
        for (int o = 0; o < s.Outer; o++)
            for (int i = 0; i < s.Inner; i++)
                for (int k = 0; k < s.Length; k++)
                {
                    double total = product ? 1 : 0;
                    for (int j = 0; j < s.Length; j++)
                    {
                        bool counts = j == k ? !exclusive : j < k != reverse;
                        if (counts)
                            total = product ? total * Of(x)[(o * s.Length + j) * s.Inner + i] : total + Of(x)[(o * s.Length + j) * s.Inner + i];
                    }

                    y[(o * s.Length + k) * s.Inner + i] = total;
                }

        return Store(y);
    }

    /// <summary>Where an element of the result of a gathering comes from.</summary>
    private static long Source(in GatherSizes s, Storage index, int place)
    {
        int inner = place % s.Inner, at = place / s.Inner % s.Count, outer = place / s.Inner / s.Count;
        return (outer * s.Length + Longs(index)[s.IsShared ? at : place]) * s.Inner + inner;
    }

    private static long[] Longs(Storage storage) => (long[])((ReferenceStorage)storage).Elements;

    private static void Move(Storage from, long source, Storage to, long target) =>
        Array.Copy(((ReferenceStorage)from).Elements, source * Units(from), ((ReferenceStorage)to).Elements, target * Units(to), Units(from));

    // How many elements of its array an element of the storage takes.
    private static int Units(Storage storage) => storage.Type is DType.Float32 or DType.Int64 ? 1 : storage.Type.Bytes();

    private static double Number(Storage x, int at) => x.Type switch
    {
        DType.Float32 => Of(x)[at],
        DType.Float16 => (double)Read<Half>(x, at),
        DType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)Read<ushort>(x, at) << 16),
        _ => Whole(x, at),
    };

    private static long Whole(Storage x, int at) => x.Type switch
    {
        DType.Int64 => Longs(x)[at],
        DType.Int32 => Read<int>(x, at),
        DType.Int8 => Read<sbyte>(x, at),
        _ => Read<byte>(x, at),
    };

    private static T Read<T>(Storage x, int at) where T : unmanaged => MemoryMarshal.Read<T>(Bytes(x, at, 1));

    private static void Write<T>(Storage y, int at, T value) where T : unmanaged => MemoryMarshal.Write(Bytes(y, at, 1), in value);

    private static double Cut(double value, double least, double most) => double.IsNaN(value) ? 0 : Math.Clamp(Math.Truncate(value), least, most);

    // Of the two bfloat16 around a number the nearer one; halfway between, the one whose last bit is 0.
    private static ushort BFloat16(float value)
    {
        ushort below = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16), above = (ushort)(below + 1);
        if (!float.IsFinite(value))
            return float.IsNaN(value) ? (ushort)(below | 0x40) : below;
        double toBelow = Math.Abs((double)value - Value(below)), toAbove = Math.Abs(Value(above) - (double)value);
        return toBelow < toAbove || (toBelow == toAbove && below % 2 == 0) ? below : above;

        // Infinity stands where the next power of 2 would.
        static double Value(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16) is var v && float.IsFinite(v) ? v : Math.CopySign(Math.Pow(2, 128), v);
    }
}
