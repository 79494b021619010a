namespace Mekiki.Autograd;

/// <summary>The forward pass of the outermost module: what is computed inside is freed as soon as it cannot be needed.</summary>
/// <remarks>
/// With gradients, the backward pass frees inner tensors; without, the end of the outermost call does. Its result stays.
/// </remarks>
internal static class Scope
{
    [ThreadStatic] private static int depth;
    [ThreadStatic] private static List<Tensor>? unrecorded;

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
            return result = module.Forward(x);
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
