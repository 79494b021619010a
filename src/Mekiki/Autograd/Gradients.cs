namespace Mekiki.Autograd;

/// <summary>Switches the recording of operations off for a while, on the calling thread.</summary>
public static class Gradients
{
    [ThreadStatic] private static int off;
    [ThreadStatic] private static int ofInputs;

    /// <summary>Whether operations on tensors with <see cref="Tensor.RequiresGrad"/> are recorded.</summary>
    public static bool AreOn => off == 0;

    /// <summary>Stops recording until the result is disposed: <c>using (Gradients.Off()) …</c>.</summary>
    public static Pause Off()
    {
        off++;
        return new Pause(true);
    }

    /// <summary>Treats the parameters of modules as constants until the result is disposed, on the calling thread: gradients flow to other tensors alone, such as a network's images.</summary>
    /// <remarks>
    /// The gradients of a training that runs beside it stay as they are. Go forward and backward inside of one <see cref="Module.Call{TInput, TOutput}"/>: then the
    /// weights stay as they are meanwhile, too.
    /// </remarks>
    /// <example>
    /// <code>
    /// using (EvaluationMode.On())
    /// using (Gradients.OfInputs())
    /// {
    ///     x.RequiresGrad = true;
    ///     net[x].Sum().Backward();        // x.Grad is (N, C, H, W); the parameters have no gradient
    /// }
    /// </code>
    /// </example>
    /// <returns>The time in which it holds; to be disposed on the same thread.</returns>
    public static InputsAlone OfInputs()
    {
        ofInputs++;
        return new InputsAlone(true);
    }

    /// <summary>Whether parameters of modules count as constants on this thread.</summary>
    internal static bool AreOfInputs => ofInputs > 0;

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

    /// <summary>The time in which parameters are constants; ends when disposed.</summary>
    public ref struct InputsAlone
    {
        private bool active;

        internal InputsAlone(bool active) => this.active = active;

        /// <summary>Parameters have gradients again.</summary>
        public void Dispose()
        {
            if (active)
                ofInputs--;
            active = false;
        }
    }
}
