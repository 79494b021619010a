using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Mekiki.Architecture.Tests.Documentation;

/// <summary>The public types and members of assemblies, with the comments in the documentation files beside them.</summary>
internal sealed class Library
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly Dictionary<string, XElement> comments;

    /// <summary>Reads the documentation files of assemblies.</summary>
    public Library(params Assembly[] assemblies)
    {
        Assemblies = assemblies;
        // Several assemblies compile what lies in src/Shared, each for itself, and none shows it.
        comments = assemblies.SelectMany(a => XDocument.Load(Path.ChangeExtension(a.Location, ".xml")).Descendants("member")).DistinctBy(m => m.Attribute("name")!.Value).ToDictionary(m => m.Attribute("name")!.Value);
    }

    /// <summary>The libraries that are packages.</summary>
    public static Library OfPackages { get; } = new(typeof(Tensor).Assembly, typeof(Vision.Recognizer).Assembly, typeof(Logging.TrainingLogger).Assembly, typeof(Onnx.OnnxExport).Assembly, typeof(Serving.MekikiServices).Assembly);

    /// <summary>The assemblies.</summary>
    public IReadOnlyList<Assembly> Assemblies { get; }

    /// <summary>The types that users see.</summary>
    public IEnumerable<Type> Types => Assemblies.SelectMany(a => a.GetExportedTypes());

    /// <summary>The methods, constructors and accessors that users see and that are written, not made by the compiler.</summary>
    public IEnumerable<MethodBase> Members =>
        Types.Where(t => !t.IsSubclassOf(typeof(Delegate))).SelectMany(t => t.GetMembers(Declared)).OfType<MethodBase>().Where(m => IsSeen(m) && m.Name != "get_EqualityContract" && (IsAccessor(m) || m.GetCustomAttribute<CompilerGeneratedAttribute>() is null));

    /// <summary>All comments.</summary>
    public IEnumerable<XElement> Comments => comments.Values;

    /// <summary>The comment of a type or a member, of a primary constructor that of its type; null: it has none.</summary>
    public XElement? CommentOf(MemberInfo member) => comments.GetValueOrDefault(DocumentationId.Of(member)) ?? (member is ConstructorInfo ? CommentOf(member.DeclaringType!) : null);

    /// <summary>The names of the exceptions that a member's comment says it throws: its own, or those of what it inherits its comment from.</summary>
    /// <remarks>An accessor has its property's comment.</remarks>
    public IReadOnlySet<string> ExceptionsOf(MethodBase member) => ExceptionsOf(Documented(member));

    /// <summary>The names of the exceptions that a member's own comment says it throws.</summary>
    public IReadOnlySet<string> OwnExceptionsOf(MethodBase member) => NamesIn(CommentOf(Documented(member)));

    /// <summary>Whether users see a member: they call it, or override it.</summary>
    public static bool IsSeen(MethodBase member) => member.DeclaringType!.IsVisible && (member.IsPublic || member.IsFamily || member.IsFamilyOrAssembly);

    /// <summary>What carries the comment of a method: an accessor's property, or the method.</summary>
    public static MemberInfo Documented(MethodBase member) =>
        IsAccessor(member) ? member.DeclaringType!.GetProperties(Declared).Single(p => p.GetMethod == member || p.SetMethod == member) : member;

    private static bool IsAccessor(MethodBase member) => member.IsSpecialName && (member.Name.StartsWith("get_", StringComparison.Ordinal) || member.Name.StartsWith("set_", StringComparison.Ordinal));

    private HashSet<string> ExceptionsOf(MemberInfo member)
    {
        var comment = CommentOf(member);
        var found = NamesIn(comment);
        if (comment?.Element("inheritdoc") is not { } inherit)
            return found;
        if (inherit.Attribute("cref") is { } other)
            found.UnionWith(NamesIn(comments.GetValueOrDefault(other.Value)));
        else
            foreach (var inherited in Inherited(member))
                found.UnionWith(ExceptionsOf(inherited));
        return found;
    }

    private static HashSet<string> NamesIn(XElement? comment) => comment is null ? [] : [.. comment.Elements("exception").Select(e => e.Attribute("cref")!.Value[2..])];

    // The members of the same name and parameters in base types and interfaces of these assemblies.
    private IEnumerable<MemberInfo> Inherited(MemberInfo member)
    {
        IEnumerable<Type> above = member.DeclaringType!.GetInterfaces();
        for (var type = member.DeclaringType.BaseType; type is not null; type = type.BaseType)
            above = above.Append(type);
        return above.Where(t => Assemblies.Contains(t.Assembly)).Select(t => t.IsGenericType ? t.GetGenericTypeDefinition() : t)
            .SelectMany(t => t.GetMember(member.Name, Declared)).Where(m => ParametersOf(m).SequenceEqual(ParametersOf(member)));
    }

    private static IEnumerable<string> ParametersOf(MemberInfo member) => member switch
    {
        MethodBase method => method.GetParameters().Select(p => p.ParameterType.Name),
        PropertyInfo property => property.GetIndexParameters().Select(p => p.ParameterType.Name),
        _ => [],
    };
}
