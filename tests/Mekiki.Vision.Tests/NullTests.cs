using System.Reflection;
using System.Runtime.CompilerServices;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;
using Mekiki.Vision.Tests.Training;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests;

/// <summary>Null where something must be is named at once, at every public entry, instead of failing somewhere inside.</summary>
public class NullTests
{
    // Made by the library and read by its users: nobody but it makes them.
    private static readonly HashSet<Type> results =
    [
        typeof(ClassResult), typeof(ConfusedPair), typeof(Mistake), typeof(EvaluationResult), typeof(EpochResult), typeof(PartResult), typeof(TrainingResult), typeof(TrainingStep),
        typeof(Prediction), typeof(LabelProbability), typeof(ImagePrediction), typeof(SkippedImage), typeof(ImageHeader), typeof(FitProgress), typeof(StartWeights),
        typeof(DownloadedFile), typeof(DownloadProgress), typeof(FoundFiles), typeof(PackedShards), typeof(LeftOutFiles), typeof(ClassFigures), typeof(LabelFigures), typeof(MultiLabelFigures), typeof(SliceFigures), typeof(LayerMaps),
        // Rows of the library's own tables.
        typeof(KnownSet), typeof(PublishedWeights), typeof(NamedOptimizer), typeof(NamedSchedule), typeof(Preset), typeof(OptionName), typeof(GroupPattern),
    ];

    private static readonly ImageSet set = Bars.Set();

    // Of each type whose methods take something, one.
    private static readonly object[] samples =
    [
        set, Made(), new[] { "a" }, Catalogue.Find("mlp").Create(set.Shape, 3), Stream.Null, Split.Stratified(set, 0), new Evaluator(["a"]), new DataOptions(), new Checkpoint(), Catalogue.Find("cnn"), Preprocessing.For(set.Shape), new CrossEntropy(),
        new Trainer(set, Split.Stratified(set, 0), new TrainOptions { Model = "mlp" }), new Loader(set, [0], Preprocessing.For(set.Shape).Pipeline(set.Shape)),
        new PreparedImages(set, [0], Preprocessing.For(set.Shape).Pipeline(set.Shape)),
    ];

    public static TheoryData<string> Entries => [.. All().Select(e => Name(e.Member, e.Parameter))];

    private static Recognizer Made() => new(Catalogue.Find("cnn").Create(new(1, 8, 8), 2), new ModelCard("cnn", ["a", "b"], new Preprocessing(1, 8, 8)));

    private static string Name(MethodBase member, ParameterInfo parameter) =>
        $"{member.DeclaringType!.Name}.{member.Name}({string.Join(", ", member.GetParameters().Select(p => p.ParameterType.Name))}): {parameter.Name}";

    private static IEnumerable<(MethodBase Member, ParameterInfo Parameter)> All()
    {
        var nullability = new NullabilityInfoContext();
        foreach (var type in typeof(Recognizer).Assembly.GetExportedTypes().Where(t => !results.Contains(t) && !t.IsInterface && !t.IsSubclassOf(typeof(Delegate))))
        {
            var constructors = type.IsAbstract ? [] : type.GetConstructors();
            var methods = type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(m => !m.IsSpecialName && m.GetCustomAttribute<CompilerGeneratedAttribute>() is null && (m.IsStatic || samples.Any(type.IsInstanceOfType)));
            foreach (var member in constructors.Concat<MethodBase>(methods))
                // Spans cannot be handed over by reflection.
                if (!member.ContainsGenericParameters && member.GetParameters().All(p => !p.ParameterType.IsByRefLike && !p.ParameterType.IsByRef))
                    foreach (var parameter in member.GetParameters())
                        if (!parameter.ParameterType.IsValueType && nullability.Create(parameter).WriteState == NullabilityState.NotNull)
                            yield return (member, parameter);
        }
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public async Task Null_IsNamed(string entry)
    {
        var (member, parameter) = All().Single(e => Name(e.Member, e.Parameter) == entry);
        object?[] arguments = [.. member.GetParameters().Select(p => p.Position == parameter.Position ? null : Value(p))];
        var thrown = await Record.ExceptionAsync(async () =>
        {
            object? result = member is ConstructorInfo constructor
                ? constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null)
                : ((MethodInfo)member).Invoke(member.IsStatic ? null : samples.First(member.DeclaringType!.IsInstanceOfType), BindingFlags.DoNotWrapExceptions, null, arguments, null);
            if (result is Task task)
                await task;
            else if (result is IAsyncEnumerable<ImagePrediction> answers)
                await answers.GetAsyncEnumerator(TestContext.Current.CancellationToken).MoveNextAsync();
        });
        Assert.Equal((parameter.Name, typeof(ArgumentNullException)), ((thrown as ArgumentNullException)?.ParamName, thrown?.GetType()));
    }

    // Anything of the type; the null is looked for before it is used.
    private static object? Value(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.HasDefaultValue)
            return type.IsValueType && parameter.DefaultValue is null ? Activator.CreateInstance(type) : parameter.DefaultValue;
        if (samples.FirstOrDefault(type.IsInstanceOfType) is { } sample)
            return sample;
        if (type == typeof(string))
            return "text";
        if (type.IsArray)
            return Array.CreateInstance(type.GetElementType()!, 1);
        if (type.IsValueType)
            return Activator.CreateInstance(type);
        if (type.IsSubclassOf(typeof(Delegate)))
            return null;
        return type.IsAbstract ? null : RuntimeHelpers.GetUninitializedObject(type);
    }
}
