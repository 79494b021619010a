using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Autograd;

/// <summary>Work put off until its result is read, so that the next operation can carry it out together with its own.</summary>
/// <remarks>Only inside a module's forward pass: there no parameter changes between the call and the reading.</remarks>
internal abstract class Deferred
{
    /// <summary>Whether work is put off at all; tests switch it off and compare.</summary>
    internal static bool IsEnabled { get; set; } = true;

    /// <summary>Whether work may be put off here and now.</summary>
    public static bool IsAllowed => IsEnabled && Scope.IsInside;

    /// <summary>Computes the elements of <paramref name="tensor"/>.</summary>
    public abstract Storage Compute(Tensor tensor);

    /// <summary>Frees what was kept for computing, or for the way back.</summary>
    public abstract void Free();
}
