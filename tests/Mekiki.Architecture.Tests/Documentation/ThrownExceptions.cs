using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using Mekiki.Architecture.Tests.Reading;

namespace Mekiki.Architecture.Tests.Documentation;

/// <summary>Which exceptions the methods of an assembly throw, from their compiled code.</summary>
/// <remarks>
/// A method throws an exception that it makes, itself or by a method that returns one, where it has a <c>throw</c>; and one whose <c>ThrowIf…</c> it calls.
/// It throws also what methods of its assembly throw that it calls and that no user sees; users see what the others say for themselves. The code of an
/// async method, of an iterator and of the functions inside a method belongs to the method. What is called within a <c>try</c> that catches the exception
/// does not count, nor what only a virtual call finds.
/// </remarks>
internal sealed class ThrownExceptions : IDisposable
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly PEReader file;
    private readonly Assembly assembly;
    private readonly Func<MethodBase, bool> isSeen;
    private readonly Func<MethodBase, Type, bool> says;
    private readonly Dictionary<(MethodBase Method, Type Exception), (bool Throws, MethodBase[] Hidden)> known = [];

    /// <summary>Reads an assembly.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="isSeen">Whether users see a method.</param>
    /// <param name="says">Whether a method that users see counts, where it is called, as one that throws an exception.</param>
    public ThrownExceptions(Assembly assembly, Func<MethodBase, bool> isSeen, Func<MethodBase, Type, bool> says)
    {
        (this.assembly, this.isSeen, this.says) = (assembly, isSeen, says);
        file = new PEReader(File.OpenRead(assembly.Location));
    }

    public void Dispose() => file.Dispose();

    /// <summary>Whether a method throws an exception, in its own code or in that of methods that users do not see.</summary>
    public bool Throws(MethodBase method, Type exception)
    {
        var reached = new HashSet<MethodBase> { method };
        var waiting = new Queue<MethodBase>(reached);
        while (waiting.TryDequeue(out var next))
        {
            var (throws, hidden) = Look(next, exception);
            if (throws)
                return true;
            foreach (var called in hidden)
                if (reached.Add(called))
                    waiting.Enqueue(called);
        }

        return false;
    }

    // Whether a method throws by itself or by one that says so, and the methods that it calls and no user sees.
    private (bool Throws, MethodBase[] Hidden) Look(MethodBase method, Type exception)
    {
        if (known.TryGetValue((method, exception), out var seen))
            return seen;
        var bodies = Bodies(method);
        MethodBase[] calls = [.. bodies.SelectMany(b => Calls(b, exception)).Distinct()];
        return known[(method, exception)] = (
            bodies.Any(b => ThrowsIn(b, exception)) || calls.Any(c => isSeen(c) && says(c, exception)),
            [.. calls.Where(c => c.Module.Assembly == assembly && !isSeen(c))]);
    }

    private bool ThrowsIn(MethodBase body, Type exception)
    {
        var code = Code(body);
        bool isThrown = code.Any(i => i.Code == OpCodes.Throw) && !Returns(body, exception);
        return code.Any(i => Method(body, i) is { } called
            && (isThrown && (i.Code == OpCodes.Newobj ? called.DeclaringType == exception : Returns(called, exception))
                || called.DeclaringType == exception && called.Name.StartsWith("ThrowIf", StringComparison.Ordinal)));
    }

    private static bool Returns(MethodBase method, Type exception) => method is MethodInfo { ReturnType: var type } && type == exception;

    private IEnumerable<MethodBase> Calls(MethodBase body, Type exception)
    {
        var clauses = body.GetMethodBody()?.ExceptionHandlingClauses.Where(c => c.Flags == ExceptionHandlingClauseOptions.Clause && c.CatchType!.IsAssignableFrom(exception)) ?? [];
        // All of an async method stands in a try, whose catch hands the exception to the task.
        if (IsAsync(body))
            clauses = clauses.OrderBy(c => c.TryLength).SkipLast(1);
        var caught = clauses.ToArray();
        return Code(body).Where(i => !caught.Any(c => i.Offset >= c.TryOffset && i.Offset < c.TryOffset + c.TryLength))
            .Select(i => Method(body, i)).OfType<MethodBase>();
    }

    private static bool IsAsync(MethodBase body) => body.Name == "MoveNext" && typeof(IAsyncStateMachine).IsAssignableFrom(body.DeclaringType);

    // The method, and what the compiler makes of what is written in it.
    private HashSet<MethodBase> Bodies(MethodBase method)
    {
        var found = new HashSet<MethodBase>();
        var waiting = new Queue<MethodBase>([method]);
        while (waiting.TryDequeue(out var next))
        {
            var body = next.GetCustomAttribute<StateMachineAttribute>() is { } machine ? machine.StateMachineType.GetMethod("MoveNext", Declared)! : next;
            if (found.Add(body))
                foreach (var called in Code(body).Select(i => Method(body, i)).OfType<MethodBase>().Where(c => c.Module.Assembly == assembly && c.Name.StartsWith('<')))
                    waiting.Enqueue(called);
        }

        return found;
    }

    private IReadOnlyList<Instruction> Code(MethodBase method)
    {
        if (method.Module.Assembly != assembly)
            return [];
        int address = file.GetMetadataReader().GetMethodDefinition((MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken)).RelativeVirtualAddress;
        return address == 0 ? [] : Instructions.All(file.GetMethodBody(address).GetILReader());
    }

    // The method that an instruction calls, or makes a delegate of.
    private static MethodBase? Method(MethodBase body, Instruction instruction)
    {
        if (instruction.Code.OperandType != OperandType.InlineMethod)
            return null;
        var method = body.Module.ResolveMethod(MetadataTokens.GetToken(instruction.Operand), body.DeclaringType!.GetGenericArguments(), body.IsGenericMethod ? body.GetGenericArguments() : null)!;
        // The runtime makes those of arrays with several dimensions.
        if (method.DeclaringType is { IsArray: true })
            return null;
        // As it is written, without arguments for type parameters.
        return method.Module.ResolveMethod(method.MetadataToken);
    }
}
