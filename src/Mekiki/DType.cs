namespace Mekiki;

/// <summary>What a tensor's elements are.</summary>
public enum DType
{
    /// <summary>32-bit floating point; everything that is computed.</summary>
    Float32,

    /// <summary>64-bit integers; labels and counters.</summary>
    Int64,
}
