namespace Mekiki.Files;

/// <summary>What the names and references in a PyTorch file stand for: tensors, parameters, ordered dictionaries and storages; nothing else is known.</summary>
/// <remarks>
/// <c>torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)</c>, with the storage as
/// <c>('storage', torch.FloatStorage, key, device, count)</c>; before PyTorch 1.6 with a sixth part, which is nothing, or says that it is a piece of another storage.
/// </remarks>
internal sealed class TorchMeaning(string file, ITorchStorages places) : IPickleMeaning
{
    private const string Ordered = "collections.OrderedDict", Rebuild = "torch._utils._rebuild_tensor_v2", Parameter = "torch._utils._rebuild_parameter";
    private const string Damaged = "The file is damaged: get or write it again.";

    private static readonly Dictionary<string, StoredType> storages = new()
    {
        ["torch.FloatStorage"] = StoredType.F32,
        ["torch.DoubleStorage"] = StoredType.F64,
        ["torch.HalfStorage"] = StoredType.F16,
        ["torch.BFloat16Storage"] = StoredType.BF16,
        ["torch.LongStorage"] = StoredType.I64,
        ["torch.IntStorage"] = StoredType.I32,
        ["torch.ShortStorage"] = StoredType.I16,
        ["torch.CharStorage"] = StoredType.I8,
        ["torch.ByteStorage"] = StoredType.U8,
        ["torch.BoolStorage"] = StoredType.Bool,
    };

    private readonly Dictionary<string, TorchStorage> known = [];

    public bool Knows(string global) => global is Ordered or Rebuild or Parameter || storages.ContainsKey(global);

    public object? Call(string global, object?[] arguments) => (global, arguments) switch
    {
        (Ordered, []) => new PickleDictionary(),
        (Rebuild, [TorchStorage storage, long offset, object?[] sizes, object?[] strides, bool, PickleDictionary { Items.Count: 0, Others: 0 }]) => Tensor(storage, offset, sizes, strides),
        // The seventh says that values are meant negated or conjugated; none of it is usual.
        (Rebuild, [TorchStorage storage, long offset, object?[] sizes, object?[] strides, bool, PickleDictionary { Items.Count: 0, Others: 0 }, null or PickleDictionary { Items.Count: 0, Others: 0 }]) => Tensor(storage, offset, sizes, strides),
        (Parameter, [TorchTensor tensor, bool, PickleDictionary { Items.Count: 0, Others: 0 }]) => tensor,
        _ => null,
    };

    public object? Outside(object? id)
    {
        if (id is not object?[] parts || parts is not (["storage", PickleGlobal, string, string, long] or ["storage", PickleGlobal, string, string, long, null]) || !storages.TryGetValue(((PickleGlobal)parts[1]!).Name, out var type))
            return null;
        var (key, count) = ((string)parts[2]!, (long)parts[4]!);
        if (known.TryGetValue(key, out var seen))
            return seen.Type == type && seen.Count == count ? seen : throw Wrong(key, $"{seen.Count:N0} numbers of {StoredTypes.NameOf(seen.Type)}, as before", $"{count:N0} of {StoredTypes.NameOf(type)}");
        var storage = new TorchStorage(key, type, count);
        if (places.ProblemOf(storage) is { } problem)
            throw new MekikiException($"{file}: storage '{FileText.Short(key)}': {problem}");
        return known[key] = storage;
    }

    private TorchTensor Tensor(TorchStorage storage, long offset, object?[] sizes, object?[] strides)
    {
        var elements = new StridedElements(storage.Type, Numbers(sizes), Numbers(strides), offset);
        return elements.ProblemIn(storage.Count) is { } problem
            ? throw new MekikiException($"{file}: a tensor of storage '{FileText.Short(storage.Key)}': {problem}. {Damaged}")
            : new TorchTensor(storage, elements);
    }

    private long[] Numbers(object?[] values)
    {
        if (values.Length > Shape.MaxRank)
            throw new MekikiException($"{file}: expected tensors of at most {Shape.MaxRank} dimensions, got one of {values.Length:N0}. Use weights of a model of this catalogue.");
        return Array.ConvertAll(values, value => value is long number ? number : throw new MekikiException($"{file}: expected sizes and strides of whole numbers, got something else. {Damaged}"));
    }

    private MekikiException Wrong(string key, string expected, string got) =>
        new($"{file}: storage '{FileText.Short(key)}': expected {expected}, got {got}. {Damaged}");
}
