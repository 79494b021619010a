namespace Mekiki.Vision.Training;

/// <summary>A network's weights and buffers as they were at a moment, under the same names, where there is no second network to hold them.</summary>
internal sealed class Snapshot : Module
{
    /// <summary>Takes the network's weights as they are now.</summary>
    public Snapshot(Module network)
    {
        foreach (var (name, tensor) in network.StateDict())
            RegisterBuffer(name, tensor.DType == DType.Int64 ? Tensor.From(tensor.Integers, tensor.Shape) : Tensor.From(tensor.Values, tensor.Shape));
    }

    /// <summary>Copies them into a network of the same form.</summary>
    public void GiveTo(Module network) => network.LoadStateDict(StateDict().ToDictionary(), "snapshot");

    /// <exception cref="NotSupportedException">Always: it holds weights, and computes nothing.</exception>
    public override Tensor Forward(Tensor x) => throw new NotSupportedException();
}
