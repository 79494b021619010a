using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Mekiki.Autograd;
using Mekiki.Files;
using Mekiki.Layers;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Api;

/// <summary>Wherever a user can give null and must not, an ArgumentNullException names the parameter.</summary>
public class NullTests
{
    private static readonly NullabilityInfoContext nullability = new();
    private static readonly Lazy<Dictionary<string, (MethodBase Method, ParameterInfo Parameter)>> all = new(() => Find().ToDictionary());

    public static TheoryData<string> Names => [.. all.Value.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Null_IsRefusedByName(string name)
    {
        var (method, parameter) = all.Value[name];
        var e = Assert.Throws<ArgumentNullException>(() => Call(method, parameter));
        Assert.Equal(parameter.Name, e.ParamName);
    }

    [Fact]
    public void Places_AreMany() => Assert.True(all.Value.Count > 100, $"{all.Value.Count} places");

    public static TheoryData<string, Action> AmongOthers => new()
    {
        { "Stack", () => Tensor.Stack(0, Tensor.Ones([2]), null!) },
        { "Stack, first", () => Tensor.Stack(0, null!, Tensor.Ones([2])) },
        { "Concatenate", () => Tensor.Concatenate(0, Tensor.Ones([2]), null!) },
        { "Concatenate, first", () => Tensor.Concatenate(0, null!, Tensor.Ones([2])) },
        { "Einsum", () => Tensor.Einsum("i,i->i", Tensor.Ones([2]), null!) },
        { "Sequential", () => _ = new Sequential(new Relu(), null!) },
        { "ModuleList", () => _ = new ModuleList(new Relu(), null!) },
        { "Function", () => new Twice().Apply([null!]) },
        { "Adam", () => _ = new Adam([Tensor.Ones([2]), null!]) },
        { "Adam, groups", () => _ = new Adam(new Linear(2, 2), [null!]) },
        { "ParameterGroup", () => _ = new ParameterGroup([Tensor.Ones([2]), null!]) },
        { "GradientNorm", () => GradientNorm.Of([Tensor.Ones([2]), null!]) },
        { "Sha256", () => Weights.Sha256([("x", null!)]) },
        { "Add", () => new SafetensorsWriter().Add([("x", null!)]) },
        { "Write", () => WeightsFile.Write("x.npz", [("x", null!)]) },
    };

    [Theory]
    [MemberData(nameof(AmongOthers))]
    public void NullAmongOthers_IsRefused(string name, Action action)
    {
        Assert.NotEmpty(name);
        Assert.Throws<ArgumentNullException>(action);
    }

    // Exceptions are the framework's affair, and hooks the engine's; what may never be called refuses all.
    private static IEnumerable<KeyValuePair<string, (MethodBase, ParameterInfo)>> Find()
    {
        foreach (var type in PublicApi.Types.Where(t => !typeof(Exception).IsAssignableFrom(t)))
            foreach (var method in PublicApi.MethodsOf(type).Where(m => !PublicApi.IsHook(m) && !IsNeverToBeCalled(m)))
                foreach (var parameter in method.GetParameters().Where(MustBeThere))
                    yield return new($"{PublicApi.NameOf(method)}: {parameter.Name}", (method, parameter));
    }

    private static bool IsNeverToBeCalled(MethodBase method) =>
        method.Name == nameof(Module.Forward) && (method.DeclaringType == typeof(ModuleList) || method.DeclaringType == typeof(Module<,>)) && method.GetParameters() is [{ ParameterType: var x }] && x == typeof(Tensor);

    private static bool MustBeThere(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        bool isReference = type.IsGenericParameter ? type.GetGenericParameterConstraints().Any(c => c.IsClass) : !type.IsValueType && !type.IsByRef && !type.IsPointer;
        return isReference && nullability.Create(parameter).WriteState == NullabilityState.NotNull;
    }

    /// <summary>Calls a method with null for one parameter, and something that fits for all others.</summary>
    /// <remarks>It is done by instructions of its own, since reflection passes no spans; and constructors of abstract classes are called on an object of a derived one.</remarks>
    private static void Call(MethodBase method, ParameterInfo missing)
    {
        if (method is MethodInfo { IsGenericMethodDefinition: true } open)
        {
            method = open.MakeGenericMethod([.. open.GetGenericArguments().Select(a => a.GetGenericParameterConstraints().FirstOrDefault(c => c.IsClass) ?? typeof(Tensor))]);
            missing = method.GetParameters()[missing.Position];
        }

        if (method.DeclaringType!.ContainsGenericParameters)
            method = MethodBase.GetMethodFromHandle(method.MethodHandle, Closed(method.DeclaringType).TypeHandle)!;
        var parameters = method.GetParameters();
        var values = new object?[parameters.Length + 1];
        var caller = new DynamicMethod("Call", typeof(void), [typeof(object?[])], typeof(NullTests).Module, skipVisibility: true);
        var code = caller.GetILGenerator();
        if (!method.IsStatic)
        {
            var type = method.DeclaringType!;
            values[^1] = method is ConstructorInfo ? RuntimeHelpers.GetUninitializedObject(Derived(type)) : Sample(type);
            Load(parameters.Length);
            code.Emit(type.IsValueType ? OpCodes.Unbox : OpCodes.Castclass, type);
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            var type = parameters[i].ParameterType;
            if (parameters[i].Position == missing.Position)
                code.Emit(OpCodes.Ldnull);
            else if (type.IsByRef)
                code.Emit(OpCodes.Ldloca, code.DeclareLocal(type.GetElementType()!));
            else if (type.IsByRefLike)
                code.Emit(OpCodes.Ldloc, code.DeclareLocal(type));
            else
            {
                values[i] = Sample(type);
                Load(i);
                code.Emit(OpCodes.Unbox_Any, type);
            }
        }

        if (method is ConstructorInfo constructor)
            code.Emit(OpCodes.Call, constructor);
        else
            code.Emit(method.IsStatic ? OpCodes.Call : OpCodes.Callvirt, (MethodInfo)method);
        if (method is MethodInfo { ReturnType: var result } && result != typeof(void))
            code.Emit(OpCodes.Pop);
        code.Emit(OpCodes.Ret);
        caller.CreateDelegate<Action<object?[]>>()(values);

        void Load(int index)
        {
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldc_I4, index);
            code.Emit(OpCodes.Ldelem_Ref);
        }
    }

    private static Type Closed(Type type) => type.MakeGenericType(typeof(Tensor[]), typeof(Tensor));

    private static Type Derived(Type type) => !type.IsAbstract ? type
        : typeof(Tensor).Assembly.GetExportedTypes().Append(typeof(Twice)).First(t => !t.IsAbstract && type.IsAssignableFrom(t));

    /// <summary>Something of a type.</summary>
    private static object? Sample(Type type)
    {
        if (type == typeof(object) || Nullable.GetUnderlyingType(type) is not null)
            return null;
        if (type == typeof(double) || type == typeof(float) || type == typeof(int))
            return Convert.ChangeType(1, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type == typeof(Shape))
            return new Shape(2);
        if (type.IsValueType)
            return Activator.CreateInstance(type);
        var known = samples.GetValueOrDefault(type) ?? samples.FirstOrDefault(s => type.IsAssignableFrom(s.Key)).Value;
        return known is not null ? known() : Made(type);
    }

    // By the constructor with the fewest parameters.
    private static object Made(Type type)
    {
        var constructor = type.GetConstructors().Where(c => !c.GetParameters().Any(p => p.ParameterType.IsByRefLike)).MinBy(c => c.GetParameters().Length);
        return constructor is not null && !type.IsAbstract
            ? constructor.Invoke([.. constructor.GetParameters().Select(p => p.HasDefaultValue ? p.DefaultValue : Sample(p.ParameterType))])
            : throw new InvalidOperationException($"NullTests: expected a sample of {type}, got none. Add one.");
    }

    private static readonly Dictionary<Type, Func<object>> samples = new()
    {
        [typeof(Tensor)] = () => Tensor.Ones([2, 2]),
        [typeof(string)] = () => "x",
        [typeof((string, Tensor, StoredType)[])] = () => new[] { ("x", Tensor.Ones([2, 2]), StoredType.F32) },
        [typeof(Dictionary<string, double>)] = () => new Dictionary<string, double>(),
        [typeof(Module)] = () => new Linear(2, 2),
        [typeof(Linear)] = () => new Linear(2, 2),
        [typeof(Tensor[])] = () => new[] { Tensor.Ones([2, 2]) },
        [typeof(Dictionary<string, Tensor>)] = () => new Dictionary<string, Tensor>(),
        [typeof((string, Tensor)[])] = () => new (string, Tensor)[1],
        [typeof(ParameterGroup[])] = () => new ParameterGroup[] { new([Tensor.Ones([2])]) },
        [typeof(SafetensorsWriter)] = () => new SafetensorsWriter(),
        [typeof(SafetensorsFile)] = () => File(),
        [typeof(SafetensorsEntry)] = () => File().Entries[0],
        [typeof(MemoryStream)] = () => new MemoryStream(),
        [typeof(ModuleList)] = () => new ModuleList(),
        [typeof(Sequential)] = () => new Sequential(),
        [typeof(BatchNorm2d)] = () => new BatchNorm2d(2),
        [typeof(Dropout)] = () => new Dropout(),
        [typeof(Sgd)] = () => new Sgd(new Linear(2, 2)),
        [typeof(Twice)] = () => new Twice(),
        [typeof(Pair)] = () => new Pair(),
        [typeof(ParameterStep)] = () => Steps.First(),
        [typeof(Quantization[])] = () => new[] { new Quantization(1, 0) },
        [typeof(long[])] = () => new long[] { 1 },
    };

    private static SafetensorsFile File()
    {
        using var stream = new MemoryStream();
        new SafetensorsWriter().Add("x", [1], new float[1]).Write(stream);
        return SafetensorsFile.Open(stream.ToArray(), "memory");
    }

    private static List<ParameterStep> Steps
    {
        get
        {
            var steps = new List<ParameterStep>();
            var weight = Tensor.Ones([2]).WithGrad();
            weight.Sum().Backward();
            new Recorder([weight], steps).Step();
            return steps;
        }
    }

    private sealed class Recorder(Tensor[] parameters, List<ParameterStep> steps) : Optimizer(parameters, 1)
    {
        protected override void Update(ParameterStep step) => steps.Add(step);
    }

    private sealed class Pair : Module<Tensor[], Tensor>
    {
        public override Tensor Forward(Tensor[] input) => input[0];
    }

    private sealed class Twice : Function
    {
        protected override Tensor[] Forward(FunctionCall call) => [call.Inputs[0] * 2];

        protected override Tensor?[] Backward(FunctionCall call, IReadOnlyList<Tensor> upstream) => [upstream[0] * 2];
    }
}
