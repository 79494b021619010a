namespace Mekiki.Autograd;

/// <summary>Shows the operations that a network carries out, for instance to write the network in another format.</summary>
/// <remarks>
/// Shown are the operations that networks of images are made of: convolutions, linear layers, products of matrices, norms in evaluation mode,
/// pooling, functions of one number, arithmetic, softmax, joining, cutting and reshaping. Of others nothing is shown: their results appear as inputs that no operation made.
/// </remarks>
/// <example>
/// <code>
/// using (Gradients.Off())
/// using (EvaluationMode.On())
/// using (OperationTrace.Watch(operation => Console.WriteLine($"{operation.Name}: {operation.Output.Shape}")))
///     _ = net[x];
/// </code>
/// </example>
public static class OperationTrace
{
    [ThreadStatic] private static Action<TracedOperation>? watching;

    /// <summary>Calls <paramref name="action"/> with every operation that this thread carries out, in order, until the result is disposed. Calls may be nested.</summary>
    /// <param name="action">
    /// Given each operation with its tensors. The same tensor stands for the same value in all operations. Inside a module's forward pass tensors
    /// are freed when they are no longer needed: copy in the call what shall stay, with <see cref="Tensor.ToArray()"/>.
    /// </param>
    /// <returns>The time in which it holds; to be disposed on the same thread, the last one first.</returns>
    /// <exception cref="ArgumentNullException">There is no action.</exception>
    public static Watching Watch(Action<TracedOperation> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var before = new Watching(watching);
        watching += action;
        return before;
    }

    /// <summary>Whether anyone looks.</summary>
    internal static bool IsWatched => watching is not null;

    internal static void Show(string name, Tensor output, ReadOnlySpan<Tensor?> inputs, params ReadOnlySpan<(string Name, double Value)> settings)
    {
        if (watching is not { } action)
            return;
        var given = new List<Tensor>(inputs.Length);
        foreach (var input in inputs)
            if (input is not null)
                given.Add(input);
        var numbers = new Dictionary<string, double>();
        foreach (var (setting, value) in settings)
            numbers[setting] = value;
        action(new TracedOperation(name, given, output, numbers));
    }

    /// <summary>The time in which operations are shown; ends when disposed.</summary>
    public readonly ref struct Watching
    {
        private readonly Action<TracedOperation>? before;

        internal Watching(Action<TracedOperation>? before) => this.before = before;

        /// <summary>Shows them no more.</summary>
        public void Dispose() => watching = before;
    }
}
