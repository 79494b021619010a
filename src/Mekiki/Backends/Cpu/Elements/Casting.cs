using System.Numerics;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Elements as another type; <see cref="Backend.Cast"/> says how they are rounded.</summary>
internal static unsafe class Casting
{
    public static void Run(void* from, DType fromType, void* to, DType toType, nint count)
    {
        switch (fromType)
        {
            case DType.Float32: To((float*)from, to, toType, count); break;
            case DType.Int64: To((long*)from, to, toType, count); break;
            case DType.Int32: To((int*)from, to, toType, count); break;
            case DType.Int8: To((sbyte*)from, to, toType, count); break;
            case DType.Float16: To((Half*)from, to, toType, count); break;
            case DType.BFloat16:
                using (var floats = new Scratch(count))
                {
                    for (nint i = 0; i < count; i++)
                        ((uint*)floats.Pointer)[i] = (uint)((ushort*)from)[i] << 16;
                    To(floats.Pointer, to, toType, count);
                }

                break;
            default: To((byte*)from, to, toType, count); break;
        }
    }

    private static void To<T>(T* from, void* to, DType type, nint count) where T : unmanaged, INumberBase<T>
    {
        switch (type)
        {
            case DType.Float32: Each(from, (float*)to, count); break;
            case DType.Int64: Each(from, (long*)to, count); break;
            case DType.Int32: Each(from, (int*)to, count); break;
            case DType.UInt8: Each(from, (byte*)to, count); break;
            case DType.Int8: Each(from, (sbyte*)to, count); break;
            case DType.Float16:
                for (nint i = 0; i < count; i++)
                    ((Half*)to)[i] = (Half)float.CreateTruncating(from[i]);
                break;
            case DType.BFloat16:
                for (nint i = 0; i < count; i++)
                    ((ushort*)to)[i] = Upper(float.CreateTruncating(from[i]));
                break;
            default:
                for (nint i = 0; i < count; i++)
                    ((byte*)to)[i] = T.IsZero(from[i]) ? (byte)0 : (byte)1;
                break;
        }
    }

    private static void Each<T, R>(T* from, R* to, nint count) where T : unmanaged, INumberBase<T> where R : unmanaged, INumberBase<R>
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(Half))
            for (nint i = 0; i < count; i++)
                to[i] = R.CreateSaturating(from[i]);
        else
            for (nint i = 0; i < count; i++)
                to[i] = R.CreateTruncating(from[i]);
    }

    // The upper half of a float, rounded to the nearest, of two to the even one; no number stays none.
    private static ushort Upper(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
