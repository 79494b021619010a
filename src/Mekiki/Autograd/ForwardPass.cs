namespace Mekiki.Autograd;

/// <summary>Shows, or changes, what the modules of a network compute, for instance to find features, or the layer whose numbers end being numbers.</summary>
/// <example>
/// <code>
/// using (ForwardPass.Watch((module, result) => Console.WriteLine($"{module.GetType().Name}: {result.Shape}")))
///     _ = net[x];
/// </code>
/// </example>
public static class ForwardPass
{
    [ThreadStatic] private static Action<Module, Tensor>? watching;
    [ThreadStatic] private static Func<Module, Tensor, Tensor>? changing;

    /// <summary>Calls <paramref name="action"/> with the result of every module that is called on this thread, until the result is disposed. Calls may be nested.</summary>
    /// <param name="action">
    /// Given the module, and what it returned for one tensor; parts come before the module that they are parts of. The tensor is freed when it is
    /// no longer needed: copy what shall stay, with <see cref="Tensor.ToArray"/> or <see cref="Tensor.Detach"/>.
    /// </param>
    /// <returns>The time in which it holds; to be disposed on the same thread, the last one first.</returns>
    /// <exception cref="ArgumentNullException">There is no action.</exception>
    public static Watching Watch(Action<Module, Tensor> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var before = new Watching(watching);
        watching += action;
        return before;
    }

    /// <summary>Lets <paramref name="change"/> replace the result of every module that is called on this thread, until the result is disposed. Calls may be nested: the inner one comes last.</summary>
    /// <remarks>
    /// <c>result.Detach().WithGrad()</c> cuts the way back there: after <see cref="Tensor.Backward"/> it holds the gradient of what was computed from it.
    /// Zeros show what a network says without the part.
    /// </remarks>
    /// <example>
    /// <code>
    /// Tensor? hidden = null;
    /// using (ForwardPass.Change((module, result) => module is Flatten ? hidden = result.Detach().WithGrad() : result))
    ///     net[x].Sum().Backward();        // hidden.Grad is the gradient by the flattened maps
    /// </code>
    /// </example>
    /// <param name="change">Given the module, and what it returned for one tensor; returns that tensor, or another of its shape. Watchers see what it returns.</param>
    /// <returns>The time in which it holds; to be disposed on the same thread, the last one first.</returns>
    /// <exception cref="ArgumentNullException">There is no function.</exception>
    public static Changing Change(Func<Module, Tensor, Tensor> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var before = changing;
        changing = before is null ? change : (module, result) => change(module, before(module, result));
        return new Changing(before);
    }

    /// <summary>
    /// Frees an inner result of the running pass, which nothing reads any more, before the end of the outermost call: the next layer then finds
    /// its memory in the processor's caches. Where gradients are recorded, which need it, and for tensors that no operation of this pass made, it does nothing.
    /// </summary>
    /// <remarks>For programs that know the last use of each result, such as those that carry out a graph. Whoever reads the tensor after that gets an exception.</remarks>
    /// <example>
    /// <code>
    /// sealed class Narrow : Module
    /// {
    ///     private readonly Linear expand, reduce;
    ///
    ///     public Narrow()
    ///     {
    ///         expand = Child("expand", new Linear(64, 1024));
    ///         reduce = Child("reduce", new Linear(1024, 64));
    ///     }
    ///
    ///     public override Tensor Forward(Tensor x)
    ///     {
    ///         var wide = expand[x].Relu();
    ///         var narrow = reduce[wide];
    ///         ForwardPass.Free(wide);
    ///         return narrow;
    ///     }
    /// }
    /// </code>
    /// </example>
    /// <param name="result">What an operation returned, itself, not read again under this or another name. Views of it, such as a reshaped one, stay.</param>
    /// <exception cref="ArgumentNullException">There is none.</exception>
    public static void Free(Tensor result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Scope.Free(result);
    }

    /// <summary>Whether results may be replaced, by tensors that somebody keeps.</summary>
    internal static bool IsChanging => changing is not null;

    internal static Tensor Show(Module module, Tensor result)
    {
        if (changing is { } change)
            result = change(module, result);
        watching?.Invoke(module, result);
        return result;
    }

    /// <summary>The time in which results are shown; ends when disposed.</summary>
    public readonly ref struct Watching
    {
        private readonly Action<Module, Tensor>? before;

        internal Watching(Action<Module, Tensor>? before) => this.before = before;

        /// <summary>Shows them no more.</summary>
        public void Dispose() => watching = before;
    }

    /// <summary>The time in which results are replaced; ends when disposed.</summary>
    public readonly ref struct Changing
    {
        private readonly Func<Module, Tensor, Tensor>? before;

        internal Changing(Func<Module, Tensor, Tensor>? before) => this.before = before;

        /// <summary>Leaves them as they are again.</summary>
        public void Dispose() => changing = before;
    }
}
