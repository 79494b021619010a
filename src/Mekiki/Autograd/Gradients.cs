namespace Mekiki.Autograd;

/// <summary>Switches the recording of operations off for a while, on the calling thread.</summary>
public static class Gradients
{
    [ThreadStatic] private static int off;

    /// <summary>Whether operations on tensors with <see cref="Tensor.RequiresGrad"/> are recorded.</summary>
    public static bool AreOn => off == 0;

    /// <summary>Stops recording until the result is disposed: <c>using (Gradients.Off()) …</c>.</summary>
    public static Pause Off()
    {
        off++;
        return new Pause(true);
    }

    internal static bool Needed(Tensor a) => off == 0 && a.RequiresGrad;

    internal static bool Needed(Tensor a, Tensor? b) => off == 0 && (a.RequiresGrad || b is { RequiresGrad: true });

    internal static bool Needed(Tensor a, Tensor? b, Tensor? c) => off == 0 && (a.RequiresGrad || b is { RequiresGrad: true } || c is { RequiresGrad: true });

    /// <summary>The time without recording; ends when disposed.</summary>
    public ref struct Pause
    {
        private bool active;

        internal Pause(bool active) => this.active = active;

        /// <summary>Records again.</summary>
        public void Dispose()
        {
            if (active)
                off--;
            active = false;
        }
    }
}
