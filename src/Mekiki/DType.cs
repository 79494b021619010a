namespace Mekiki;

/// <summary>What a tensor's elements are.</summary>
public enum DType
{
    /// <summary>32-bit floating point; everything that is computed.</summary>
    Float32,

    /// <summary>64-bit integers; labels and counters.</summary>
    Int64,

    /// <summary>32-bit integers.</summary>
    Int32,

    /// <summary>8-bit integers from 0 to 255; pixels.</summary>
    UInt8,

    /// <summary>8-bit integers from -128 to 127; quantized weights.</summary>
    Int8,

    /// <summary>True or false, in a byte; masks and comparisons.</summary>
    Bool,

    /// <summary>16-bit floating point with the range of float32 and 8 bits of precision.</summary>
    BFloat16,

    /// <summary>16-bit floating point, IEEE 754: 11 bits of precision, up to 65,504.</summary>
    Float16,
}

/// <summary>Facts about element types.</summary>
public static class DTypes
{
    /// <summary>How many bytes an element takes.</summary>
    public static int Bytes(this DType type) => type switch
    {
        DType.Int64 => 8,
        DType.Float32 or DType.Int32 => 4,
        DType.BFloat16 or DType.Float16 => 2,
        _ => 1,
    };
}
