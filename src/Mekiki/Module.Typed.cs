using Mekiki.Autograd;

namespace Mekiki;

/// <summary>A part of a network that takes or returns something else than one tensor: a tuple, an array.</summary>
/// <example>
/// <code>
/// sealed class Siamese : Module&lt;(Tensor Left, Tensor Right), Tensor>
/// {
///     private readonly Module body;
///
///     public Siamese(Module body) => this.body = Child("body", body);
///
///     public override Tensor Forward((Tensor Left, Tensor Right) input) => body[input.Left].CosineSimilarity(body[input.Right]);
/// }
/// </code>
/// <code>
/// var similarity = new Siamese(net)[(x, y)];      // (N)
/// </code>
/// </example>
/// <typeparam name="TInput">What it takes, such as <c>(Tensor Left, Tensor Right)</c>.</typeparam>
/// <typeparam name="TOutput">What it returns: a tensor, a tuple or a collection of tensors.</typeparam>
public abstract class Module<TInput, TOutput> : Module
{
    /// <summary>Computes the module's result; call it as <c>module[input]</c>.</summary>
    public abstract TOutput Forward(TInput input);

    /// <summary>The module's result for <paramref name="input"/>.</summary>
    public TOutput this[TInput input]
    {
        get
        {
            DrawMissing();
            return Scope.Call(this, input);
        }
    }

    /// <summary>Not for one tensor.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public sealed override Tensor Forward(Tensor x) =>
        throw new InvalidOperationException($"{GetType().Name}: expected {typeof(TInput).Name}, got one tensor. Call it with what its Forward takes.");
}
