using System.Diagnostics.CodeAnalysis;

namespace Mekiki;

/// <summary>What every operation asks of the tensors that it is given.</summary>
internal static class Operand
{
    /// <summary>Checks that a tensor is there and holds float32.</summary>
    /// <exception cref="ArgumentNullException">There is none.</exception>
    /// <exception cref="MekikiException">Its elements are of another type.</exception>
    public static void Check(string operation, [NotNull] Tensor? x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.DType != DType.Float32)
            throw new MekikiException($"{operation}: expected a float32 tensor, got {x.DType} {x.Shape}. Cast it, or make it of floats (1f, not 1).");
    }

    /// <summary>The same of two tensors, which must be on one device.</summary>
    public static void Check(string operation, [NotNull] Tensor? a, [NotNull] Tensor? b)
    {
        Check(operation, a);
        Check(operation, b);
        if (a.Backend != b.Backend)
            throw new MekikiException($"{operation}: expected tensors on one device, got {a.Device} and {b.Device}. Move one.");
    }

    /// <summary>The same of three tensors, of which the last may be missing.</summary>
    public static void Check(string operation, [NotNull] Tensor? a, [NotNull] Tensor? b, Tensor? c)
    {
        Check(operation, a, b);
        if (c is not null)
            Check(operation, a, c);
    }
}
