using System.Reflection;

namespace Mekiki.Architecture.Tests.Documentation;

/// <summary>The names that the compiler's documentation file gives to types and members, such as <c>M:Mekiki.Module.Eval</c>.</summary>
/// <remarks>ECMA-334, annex D.4.2.</remarks>
internal static class DocumentationId
{
    /// <summary>The name of a type.</summary>
    public static string Of(Type type) => "T:" + type.FullName!.Replace('+', '.');

    /// <summary>The name of a member.</summary>
    public static string Of(MemberInfo member) => member switch
    {
        Type type => Of(type),
        PropertyInfo property => $"P:{Outer(property)}.{property.Name}{Parameters(property.GetIndexParameters())}",
        ConstructorInfo constructor => $"M:{Outer(constructor)}.#ctor{Parameters(constructor.GetParameters())}",
        MethodInfo method => $"M:{Outer(method)}.{method.Name}{(method.IsGenericMethod ? "``" + method.GetGenericArguments().Length : "")}{Parameters(method.GetParameters())}{Result(method)}",
        _ => throw new NotSupportedException($"{member}: expected a type, a property, a constructor or a method."),
    };

    private static string Outer(MemberInfo member) => Of(member.DeclaringType!)[2..];

    private static string Parameters(ParameterInfo[] parameters) => parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(p => Name(p.ParameterType)))})";

    private static string Result(MethodInfo method) => method.Name is "op_Implicit" or "op_Explicit" ? "~" + Name(method.ReturnType) : "";

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!) + "@";
        if (type.IsSZArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsPointer)
            return Name(type.GetElementType()!) + "*";
        if (type.IsGenericParameter)
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        if (!type.IsGenericType)
            return type.FullName!.Replace('+', '.');
        string open = type.GetGenericTypeDefinition().FullName!.Replace('+', '.');
        return $"{open[..open.IndexOf('`', StringComparison.Ordinal)]}{{{string.Join(',', type.GetGenericArguments().Select(Name))}}}";
    }
}
