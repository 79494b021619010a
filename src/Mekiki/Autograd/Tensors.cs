using System.Runtime.CompilerServices;

namespace Mekiki.Autograd;

/// <summary>Finds the tensors in what a module takes or returns.</summary>
internal static class Tensors
{
    /// <summary>The tensors of a tensor, a tuple or a collection of them, in order; other things have none.</summary>
    public static IEnumerable<Tensor> In(object? value)
    {
        switch (value)
        {
            case Tensor tensor:
                yield return tensor;
                break;
            case ITuple tuple:
                for (int i = 0; i < tuple.Length; i++)
                    foreach (var tensor in In(tuple[i]))
                        yield return tensor;
                break;
            case IEnumerable<Tensor> many:
                foreach (var tensor in many)
                    yield return tensor;
                break;
        }
    }
}
