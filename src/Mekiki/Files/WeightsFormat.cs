namespace Mekiki.Files;

/// <summary>The kinds of files that weights lie in.</summary>
public enum WeightsFormat
{
    /// <summary>A JSON head and plain numbers, as Mekiki writes it: <c>.safetensors</c>.</summary>
    Safetensors,

    /// <summary>A zip with a pickle, as <c>torch.save</c> writes it: <c>.pt</c>, <c>.pth</c>.</summary>
    PyTorch,

    /// <summary>A zip of NumPy arrays, as NumPy and Chainer write it: <c>.npz</c>.</summary>
    Npz,
}
