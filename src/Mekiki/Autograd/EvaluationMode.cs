namespace Mekiki.Autograd;

/// <summary>Lets all modules evaluate for a while, on the calling thread, whatever their own mode is: other threads may train them meanwhile.</summary>
/// <example>
/// <code>
/// using (Gradients.Off())
/// using (EvaluationMode.On())
///     Console.WriteLine(net[x]);
/// </code>
/// </example>
/// <seealso cref="Module.Eval"/>
public static class EvaluationMode
{
    [ThreadStatic] private static int on;

    /// <summary>Whether modules evaluate on this thread, whatever their own mode is.</summary>
    public static bool IsOn => on > 0;

    /// <summary>Modules evaluate until the result is disposed: <c>using (EvaluationMode.On()) …</c>. Calls may be nested.</summary>
    /// <returns>The time in which it holds; to be disposed on the same thread.</returns>
    public static Stretch On()
    {
        on++;
        return new Stretch(true);
    }

    /// <summary>The time in which modules evaluate; ends when disposed.</summary>
    public ref struct Stretch
    {
        private bool active;

        internal Stretch(bool active) => this.active = active;

        /// <summary>Modules go by their own mode again.</summary>
        public void Dispose()
        {
            if (active)
                on--;
            active = false;
        }
    }
}
