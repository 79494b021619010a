using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mekiki.Tests.Api;

/// <summary>What users see of the engine.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<Type> Types => typeof(Tensor).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal);

    /// <summary>Constructors, methods, operators and accessors that a type declares and its compiler did not make.</summary>
    public static IEnumerable<MethodBase> MethodsOf(Type type) =>
        type.GetMembers(Declared).OfType<MethodBase>().Where(m => IsSeen(m) && !m.IsDefined(typeof(CompilerGeneratedAttribute)) && !IsDelegate(type));

    /// <summary>Whether a derived class may override it, so that the engine calls it, not a user.</summary>
    public static bool IsHook(MethodBase method) => method is { IsFamily: true, IsVirtual: true };

    /// <summary>For instance <c>Tensor.Conv2d(Tensor, Int32)</c>.</summary>
    public static string NameOf(MethodBase method) =>
        $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => TextOf(p.ParameterType)))})";

    private static string TextOf(Type type) =>
        type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(TextOf))}>" : type.Name;

    private static bool IsSeen(MethodBase method) => method.IsPublic || (method.IsFamily && !method.DeclaringType!.IsSealed) || (method.IsFamilyOrAssembly && !method.DeclaringType!.IsSealed);

    private static bool IsDelegate(Type type) => typeof(Delegate).IsAssignableFrom(type);
}
