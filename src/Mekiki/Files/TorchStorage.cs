namespace Mekiki.Files;

/// <summary>A block of numbers in a PyTorch file; several tensors may be views of it.</summary>
/// <param name="Key">What the file calls it.</param>
/// <param name="Type">What the numbers are.</param>
/// <param name="Count">How many there are; the file has just so many.</param>
internal sealed record TorchStorage(string Key, StoredType Type, long Count)
{
    /// <summary>How many bytes they take; a claim, until it was held against the file.</summary>
    public Int128 Bytes => (Int128)Count * StoredTypes.SizeOf(Type);
}

/// <summary>A tensor of a PyTorch file, not read yet: where its elements lie in a storage.</summary>
internal sealed record TorchTensor(TorchStorage Storage, StridedElements Elements);

/// <summary>Where the storages of a PyTorch file lie.</summary>
internal interface ITorchStorages
{
    /// <summary>What is wrong with a storage as the pickle tells it, or null: the file may have it.</summary>
    string? ProblemOf(TorchStorage storage);

    /// <summary>The numbers of a storage, little-endian.</summary>
    byte[] Read(TorchStorage storage);
}
