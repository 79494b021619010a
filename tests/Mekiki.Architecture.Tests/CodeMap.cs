using Mekiki.Architecture.Tests.Reading;

namespace Mekiki.Architecture.Tests;

/// <summary>All types of the sources, the rooms that they stand in, and what uses what.</summary>
internal sealed class CodeMap
{
    private static readonly Lazy<CodeMap> ofSources = new(() => new CodeMap(House.Assemblies.Select(d => Path.Combine(AppContext.BaseDirectory, d.Name + ".dll"))));
    private readonly HashSet<CodeType> basicTypes;

    private CodeMap(IEnumerable<string> files)
    {
        var read = files.Select(AssemblyReader.Read).ToArray();
        Types = [.. read.SelectMany(r => r.Types).Where(IsWritten)];
        var own = Types.Select(t => t.Assembly).ToHashSet();
        Uses = [.. read.SelectMany(r => r.Uses).Where(u => own.Contains(u.Used.Assembly) && IsWritten(u.User) && IsWritten(u.Used))];
        basicTypes = FindBasicTypes();
        Rooms = new Graph(Types.Select(RoomOf), Uses.Select(u => (RoomOf(u.User), RoomOf(u.Used))));
    }

    /// <summary>The map of the sources, as they were compiled.</summary>
    public static CodeMap OfSources => ofSources.Value;

    /// <summary>All types.</summary>
    public IReadOnlyList<CodeType> Types { get; }

    /// <summary>What each uses of the sources.</summary>
    public IReadOnlyList<TypeUse> Uses { get; }

    /// <summary>The rooms and which uses which.</summary>
    public Graph Rooms { get; }

    /// <summary>The room of a type.</summary>
    public string RoomOf(CodeType type) => basicTypes.Contains(type) ? House.BasicTypes : type.Namespace;

    /// <summary>The uses between types for which both conditions hold, as text.</summary>
    public IEnumerable<string> UsesBetween(Func<string, bool> user, Func<string, bool> used) =>
        Uses.Where(u => user(RoomOf(u.User)) && used(RoomOf(u.Used))).Select(u => u.ToString()).Order(StringComparer.Ordinal);

    // What a source generator adds, such as a regular expression's matcher, stands in its own namespace.
    private static bool IsWritten(CodeType type) => type.Namespace == "Mekiki" || type.Namespace.StartsWith("Mekiki.", StringComparison.Ordinal) || type.Namespace.Length == 0;

    // The largest set of types of the root namespace that use no others.
    private HashSet<CodeType> FindBasicTypes()
    {
        var found = Types.Where(t => t.Namespace == "Mekiki").ToHashSet();
        while (Uses.FirstOrDefault(u => found.Contains(u.User) && !found.Contains(u.Used)) is { User.Name: not null } other)
            found.Remove(other.User);
        return found;
    }
}
