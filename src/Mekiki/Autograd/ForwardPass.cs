namespace Mekiki.Autograd;

/// <summary>Shows what the modules of a network compute, for instance to find features, or the layer whose numbers end being numbers.</summary>
/// <example>
/// <code>
/// using (ForwardPass.Watch((module, result) => Console.WriteLine($"{module.GetType().Name}: {result.Shape}")))
///     _ = net[x];
/// </code>
/// </example>
public static class ForwardPass
{
    [ThreadStatic] private static Action<Module, Tensor>? watching;

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

    internal static void Show(Module module, Tensor result) => watching?.Invoke(module, result);

    /// <summary>The time in which results are shown; ends when disposed.</summary>
    public readonly ref struct Watching
    {
        private readonly Action<Module, Tensor>? before;

        internal Watching(Action<Module, Tensor>? before) => this.before = before;

        /// <summary>Shows them no more.</summary>
        public void Dispose() => watching = before;
    }
}
