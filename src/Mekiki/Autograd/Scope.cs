namespace Mekiki.Autograd;

/// <summary>The forward pass of the outermost module: what is computed inside is freed as soon as it cannot be needed.</summary>
/// <remarks>
/// With gradients, the backward pass frees inner tensors; without, the end of the outermost call does. Its result stays.
/// </remarks>
internal static class Scope
{
    [ThreadStatic] private static int depth;
    [ThreadStatic] private static List<Tensor>? unrecorded;

    [ThreadStatic] private static Action<Module, Tensor>? watch;

    /// <summary>Shows the result of every module that is called from now on, on this thread; null: no longer.</summary>
    public static void Watch(Action<Module, Tensor>? action) => watch = action;

    public static bool IsInside => depth > 0;

    public static void Register(Tensor tensor)
    {
        if (depth == 0)
            return;
        tensor.IsInner = true;
        if (!Gradients.AreOn)
            (unrecorded ??= []).Add(tensor);
    }

    public static Tensor Call(Module module, Tensor x)
    {
        depth++;
        Tensor? result = null;
        try
        {
            result = module.Forward(x);
            watch?.Invoke(module, result);
            return result;
        }
        finally
        {
            depth--;
            if (depth == 0)
                Leave(result);
        }
    }

    private static void Leave(Tensor? result)
    {
        if (result is not null)
        {
            _ = result.Data;
            result.IsInner = false;
        }

        if (unrecorded is not { Count: > 0 } list)
            return;
        foreach (var tensor in list)
            if (tensor != result && !tensor.RequiresGrad)
                tensor.Release();
        list.Clear();
    }
}
