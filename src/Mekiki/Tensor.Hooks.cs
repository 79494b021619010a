namespace Mekiki;

public sealed partial class Tensor
{
    private static int hookCount;
    private Hook[]? hooks;

    /// <summary>Calls <paramref name="action"/> in each <see cref="Backward"/> that brings this tensor a gradient, as soon as that gradient is complete: while those of earlier layers are still computed.</summary>
    /// <param name="action">Given this tensor; its <see cref="Grad"/> is what was summed up so far. It may overwrite the gradient, but not the tensor: the pass still reads it.</param>
    /// <returns>Dispose it, and the action is called no more.</returns>
    /// <exception cref="InvalidOperationException">An operation made this tensor, or it has no <see cref="RequiresGrad"/>.</exception>
    /// <remarks>Called on the thread of the backward pass; several actions in the order in which they were given.</remarks>
    public IDisposable OnGradient(Action<Tensor> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (!IsLeaf)
            throw new InvalidOperationException($"OnGradient: expected a tensor with RequiresGrad that no operation made, got {Shape}, {(Node is null ? "without RequiresGrad" : "a result")}. Ask a parameter.");
        var hook = new Hook(this, action);
        lock (this)
            hooks = [.. hooks ?? [], hook];
        Interlocked.Increment(ref hookCount);
        return hook;
    }

    /// <summary>Whether any tensor of the process has an action to call: else backward passes need not look for them.</summary>
    internal static bool AnyHooks => Volatile.Read(ref hookCount) > 0;

    internal bool HasHooks => hooks is not null;

    /// <summary>Calls the actions, if a gradient is there.</summary>
    internal void CallHooks()
    {
        if (grad is null || Volatile.Read(ref hooks) is not { } all)
            return;
        foreach (var hook in all)
            hook.Call();
    }

    private void Remove(Hook hook)
    {
        lock (this)
        {
            var left = Array.FindAll(hooks ?? [], h => h != hook);
            hooks = left.Length == 0 ? null : left;
        }

        Interlocked.Decrement(ref hookCount);
    }

    private sealed class Hook(Tensor tensor, Action<Tensor> action) : IDisposable
    {
        private int isGone;

        public void Call()
        {
            if (Volatile.Read(ref isGone) == 0)
                action(tensor);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isGone, 1) == 0)
                tensor.Remove(this);
        }
    }
}
