namespace Mekiki.Files;

/// <summary>A name of Python's in a pickle, such as <c>collections.OrderedDict</c>. It is a name and nothing more.</summary>
internal sealed record PickleGlobal(string Name);
