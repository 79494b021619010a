using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mekiki;

/// <summary>What every operation asks of the tensors that it is given.</summary>
internal static class Operand
{
    /// <summary>Checks that a tensor is there and holds float32.</summary>
    /// <exception cref="ArgumentNullException">There is none.</exception>
    /// <exception cref="MekikiException">Its elements are of another type.</exception>
    public static void Check(string operation, [NotNull] Tensor? x, [CallerArgumentExpression(nameof(x))] string? xName = null)
    {
        ArgumentNullException.ThrowIfNull(x, xName);
        if (x.DType != DType.Float32)
            throw new MekikiException($"{operation}: expected a float32 tensor, got {x.DType} {x.Shape}. Cast it, or make it of floats (1f, not 1).");
    }

    /// <summary>The same of two tensors, which must be on one device.</summary>
    public static void Check(
        string operation, [NotNull] Tensor? a, [NotNull] Tensor? b,
        [CallerArgumentExpression(nameof(a))] string? aName = null, [CallerArgumentExpression(nameof(b))] string? bName = null)
    {
        ArgumentNullException.ThrowIfNull(a, aName);
        ArgumentNullException.ThrowIfNull(b, bName);
        Check(operation, a);
        Check(operation, b);
        if (a.Backend != b.Backend)
            throw new MekikiException($"{operation}: expected tensors on one device, got {a.Device} and {b.Device}. Move one.");
    }

    /// <summary>The same of three tensors, of which the last may be missing.</summary>
    public static void Check(
        string operation, [NotNull] Tensor? a, [NotNull] Tensor? b, Tensor? c,
        [CallerArgumentExpression(nameof(a))] string? aName = null, [CallerArgumentExpression(nameof(b))] string? bName = null)
    {
        Check(operation, a, b, aName, bName);
        if (c is not null)
            Check(operation, a, c);
    }
}
