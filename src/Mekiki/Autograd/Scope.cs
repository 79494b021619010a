using Mekiki.Backends;

namespace Mekiki.Autograd;

/// <summary>The forward pass of the outermost module: what operations make inside is freed as soon as it cannot be needed.</summary>
/// <remarks>
/// With gradients, the backward pass frees inner tensors; without, the end of the outermost call does. Its results stay,
/// and so do tensors that no operation made, and what <see cref="Tensor.Detach"/> returns.
/// </remarks>
internal static class Scope
{
    [ThreadStatic] private static int depth;
    [ThreadStatic] private static List<Tensor>? unrecorded;

    public static bool IsInside => depth > 0;

    /// <summary>Notes a tensor that an operation made.</summary>
    public static void Register(Tensor tensor)
    {
        if (depth == 0)
            return;
        tensor.IsInner = true;
        if (!Gradients.AreOn)
            (unrecorded ??= []).Add(tensor);
    }

    /// <summary>Frees what an operation made here, unless the way back needs it.</summary>
    public static void Free(Tensor tensor)
    {
        if (depth > 0 && !Gradients.AreOn && tensor.IsInner && !tensor.RequiresGrad)
            tensor.Release();
    }

    /// <summary>Without a module: what operations make until the result is disposed is freed then, or at the end of the outermost call.</summary>
    public static Stretch Begin()
    {
        depth++;
        return new Stretch();
    }

    public static Tensor Call(Module module, Tensor x)
    {
        var reading = Enter(module);
        Tensor? result = null;
        try
        {
            return result = ForwardPass.Show(module, module.Forward(x));
        }
        finally
        {
            Leave(reading, new ReadOnlySpan<Tensor?>(in result));
        }
    }

    public static TOutput Call<TInput, TOutput>(Module<TInput, TOutput> module, TInput input) => Call(module, input, module.Forward);

    public static TOutput Call<TInput, TOutput>(Module module, TInput input, Func<TInput, TOutput> forward)
    {
        var reading = Enter(module);
        Tensor[] results = [];
        try
        {
            var output = forward(input);
            results = [.. Tensors.In(output)];
            return output;
        }
        finally
        {
            Leave(reading, results);
        }
    }

    private static NetworkLock.Use Enter(Module module)
    {
        if (depth > 0)
            module.CheckRegistered();
        var use = depth == 0 && (!Gradients.AreOn || Gradients.AreOfInputs) ? module.Root.Lock.Enter(writes: module.IsTraining) : default;
        depth++;
        Deferral.Enter();
        return use;
    }

    private static void Leave(NetworkLock.Use use, ReadOnlySpan<Tensor?> results)
    {
        depth--;
        try
        {
            if (depth == 0)
                End(results);
        }
        finally
        {
            Deferral.Leave();
            use.Dispose();
        }
    }

    private static void End(ReadOnlySpan<Tensor?> results)
    {
        try
        {
            foreach (var result in results)
                if (result is not null)
                {
                    result.Data.Settle();
                    result.IsInner = false;
                }
        }
        finally
        {
            if (unrecorded is { Count: > 0 } list)
            {
                foreach (var tensor in list)
                    if (tensor.IsInner && !tensor.RequiresGrad)
                        tensor.Release();
                list.Clear();
            }
        }
    }

    /// <summary>A stretch outside of modules; see <see cref="Begin"/>.</summary>
    internal readonly ref struct Stretch
    {
        public void Dispose()
        {
            depth--;
            if (depth == 0)
                End([]);
        }
    }
}
