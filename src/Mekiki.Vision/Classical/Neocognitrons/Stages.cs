namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>The layers before the one that learns, as one module: what they compute on the way is freed as soon as the result is there.</summary>
/// <param name="forward">(N, C, H, W) to what the learning layer receives.</param>
internal sealed class Stages(Func<Tensor, Tensor> forward) : Module
{
    public override Tensor Forward(Tensor x) => forward(x);
}
