namespace Mekiki.Files;

/// <summary>A block of numbers in a PyTorch file; several tensors may be views of it.</summary>
/// <param name="Entry">The file in the zip that holds its bytes.</param>
/// <param name="Type">What the numbers are.</param>
/// <param name="Count">How many there are; the file in the zip has room for just so many.</param>
internal sealed record TorchStorage(ZipEntry Entry, StoredType Type, long Count);

/// <summary>A tensor of a PyTorch file, not read yet: where its elements lie in a storage.</summary>
internal sealed record TorchTensor(TorchStorage Storage, StridedElements Elements);
