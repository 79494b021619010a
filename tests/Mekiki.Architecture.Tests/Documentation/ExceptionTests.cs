using System.Reflection;

namespace Mekiki.Architecture.Tests.Documentation;

/// <summary>Comments of public members name the exceptions that the members throw, and no others.</summary>
/// <remarks>
/// <see cref="ArgumentNullException"/> is left out: every public member throws it, as docs/library.md says. So is
/// <see cref="InvalidOperationException"/>, where it is thrown: every member that takes a tensor throws it when the tensor was freed.
/// </remarks>
public class ExceptionTests
{
    private const string Mekiki = nameof(MekikiException), Range = nameof(ArgumentOutOfRangeException);

    private const string Fits = "as many values are made as the shape has", Vector = "one dimension cannot be too large", Own = "weights are float32";
    private const string Later = "the row throws, when it reads or checks a value", InOptions = "options hold no number out of its range", OfEntry = "an entry is of a known type";
    private const string InCard = "a model card holds no shift out of its range", OfReader = "the reader counts what it has read";

    // What the code says and never happens. No member may join that throws; one that has a comment leaves the list.
    private static readonly (string Exception, string Member, string Reason)[] neverThrown =
    [
        (Mekiki, "M:Mekiki.Tensor.From", Fits),
        (Mekiki, "M:Mekiki.Tensor.Scalar", Fits),
        (Mekiki, "M:Mekiki.Tensor.Uniform", Fits),
        (Mekiki, "M:Mekiki.Tensor.Normal", Fits),
        (Mekiki, "M:Mekiki.Tensor.Arange", Fits),
        (Mekiki, "M:Mekiki.Tensor.Linspace", Fits),
        (Mekiki, "M:Mekiki.Tensor.Randperm", Fits),
        (Mekiki, "M:Mekiki.Tensor.Squeeze", "the number of elements stays"),
        (Mekiki, "M:Mekiki.Tensor.ToString", "it looks at the type first"),
        (Mekiki, "M:Mekiki.Optimizers.Optimizer.StateDict", Fits),
        (Mekiki, "M:Mekiki.Optimizers.WeightAverage.Update", "both models are of one form"),
        (Mekiki, "M:Mekiki.Optimizers.Lars.Update", "a parameter, its gradient and its state are of one form"),
        (Mekiki, "M:Mekiki.Layers.BatchNorm.Draw", Own),
        (Mekiki, "M:Mekiki.Layers.MultiheadAttention.Draw", Own),
        (Mekiki, "M:Mekiki.Layers.LayerNorm.Draw", Own),
        (Mekiki, "M:Mekiki.Layers.LayerNorm2d.Draw", Own),
        (Mekiki, "M:Mekiki.Layers.GroupNorm.Draw", Own),
        (Mekiki, "M:Mekiki.Layers.InstanceNorm2d.Draw", Own),
        (Mekiki, "M:Mekiki.Layers.Prelu.Draw", Own),
        (Mekiki, "M:Mekiki.Layers.BatchNorm1d.#ctor", Vector),
        (Mekiki, "M:Mekiki.Layers.BatchNorm2d.#ctor", Vector),
        (Mekiki, "M:Mekiki.Layers.LayerNorm2d.#ctor", Vector),
        (Mekiki, "M:Mekiki.Layers.GroupNorm.#ctor", Vector),
        (Mekiki, "M:Mekiki.Layers.InstanceNorm2d.#ctor", Vector),
        (Mekiki, "M:Mekiki.Layers.Prelu.#ctor", Vector),
        (Mekiki, "M:Mekiki.Vision.Recognizer.#ctor", "the sum of the weights is made when it is asked for"),
        (Mekiki, "M:Mekiki.Vision.Data.Batch.ToTensor", Fits),
        (Mekiki, "M:Mekiki.Vision.Data.KanaSet.get_Characters", "the file of strokes is a part of the library"),
        (Mekiki, "M:Mekiki.Vision.Data.KanaSet.Strokes", "the file of strokes is a part of the library"),
        (Mekiki, "M:Mekiki.Vision.Models.CrossEntropy.WeightOf", Own),
        (Mekiki, "M:Mekiki.Vision.Transforms.ChannelValues.op_Implicit", "there is one value"),
        (Mekiki, "M:Mekiki.Vision.Options.OptionRow`1.Number``1", Later),
        (Mekiki, "M:Mekiki.Vision.Options.OptionRow`1.Text", Later),
        (Mekiki, "M:Mekiki.Vision.Options.OptionRow`1.Choice``1", Later),
        (Mekiki, "M:Mekiki.Onnx.OnnxImport.Register", Later),
        (nameof(ArgumentException), "M:Mekiki.Vision.Explanations.Explainer.Explain", "the descriptors' lengths are its own"),
        (Mekiki, "M:Mekiki.Vision.Recognizer.TryPrepare", "what the card says fits together"),
        (Mekiki, "M:Mekiki.Vision.Preprocessing.ForSets", "what it holds is in the same ranges"),
        (Mekiki, "M:Mekiki.Vision.PublishedWeights.Here", "its rows name networks of the catalogue, in sizes that these take"),
        (Mekiki, "M:Mekiki.Serving.MekikiServices.AddMekiki", Later),
        (Mekiki, "M:Mekiki.Serving.MekikiRoutes.MapMekiki", Later),
        (Range, "M:Mekiki.Tensor.MeanOverPixels", "the result is 1x1"),
        (Range, "M:Mekiki.Optimizers.Adam.#ctor", InOptions),
        (Range, "M:Mekiki.Optimizers.AdamW.#ctor", InOptions),
        (Range, "M:Mekiki.Optimizers.RmsProp.#ctor", InOptions),
        (Range, "M:Mekiki.Optimizers.Sgd.#ctor", InOptions),
        (Range, "M:Mekiki.Files.SafetensorsEntry.ToString", OfEntry),
        (Range, "M:Mekiki.Files.SafetensorsFile.Open", OfEntry),
        (Range, "M:Mekiki.Files.SafetensorsFile.Read", OfEntry),
        (Range, "M:Mekiki.Files.SafetensorsWriter.Write", OfEntry),
        (Range, "M:Mekiki.Files.Weights.ReadAll", OfEntry),
        (Range, "M:Mekiki.Vision.Recognizer.Scores", InCard),
        (Range, "M:Mekiki.Vision.Recognizer.LabelAnswers", InCard),
        (Range, "M:Mekiki.Vision.Recognizer.Answers", InCard),
        (Range, "M:Mekiki.Vision.Recognizer.Calibrate", InCard),
        (Range, "M:Mekiki.Vision.Recognizer.Predict", InCard),
        (Range, "M:Mekiki.Vision.Recognizer.PredictAsync", InCard),
        (Range, "M:Mekiki.Vision.Training.LinearHead.Fit", "the set has two classes or more"),
        (Range, "M:Mekiki.Vision.Data.DataOptions.Open", OfReader),
        (Range, "M:Mekiki.Vision.Data.ImageSet.From", OfReader),
        (Range, "M:Mekiki.Vision.Data.ImageSet.Open", OfReader),
    ];

    // What happens and the code of the member does not show.
    private static readonly (string Exception, string Member, string Reason)[] thrownElsewhere =
    [
        (Mekiki, "M:Mekiki.Vision.Transforms.Transform.OutputShape", "records that derive from it throw"),
        (Mekiki, "M:Mekiki.Vision.Options.OptionRow`1.With", "functions that the row was made with throw"),
        (Mekiki, "M:Mekiki.Vision.Options.OptionTable`1.Check``1", "functions that the row was made with throw"),
        (Mekiki, "M:Mekiki.Vision.Images.ImageInput.FromStream", "the stream that it copies to throws"),
        (Mekiki, "M:Mekiki.Vision.Images.ImageInput.FromStreamAsync", "the stream that it copies to throws"),
        (Mekiki, "M:Mekiki.Vision.Data.Loader.Next", "a worker throws, and its exception is handed on"),
        (Range, "M:Mekiki.Layers.ModuleList.get_Item", "the list of modules throws"),
    ];

    private static readonly Library library = Library.OfPackages;

    [Theory]
    [InlineData(typeof(MekikiException))]
    [InlineData(typeof(ArgumentException))]
    [InlineData(typeof(ArgumentOutOfRangeException))]
    public void ExceptionsThatMembersThrow_AreDocumented(Type exception)
    {
        // A user of the library must know which members can fail by the user's mistake, however deep inside.
        var thrown = Thrown(exception, exception == typeof(MekikiException) ? Says : (_, _) => false);
        Assert.NotEmpty(thrown);
        Holds($"A public member that throws {exception.Name} says when, in <exception>.", exception, thrown.Where(m => !library.ExceptionsOf(m).Contains(exception.FullName!)), neverThrown);
    }

    [Theory]
    [InlineData(typeof(MekikiException))]
    [InlineData(typeof(ArgumentException))]
    [InlineData(typeof(ArgumentOutOfRangeException))]
    [InlineData(typeof(InvalidOperationException))]
    public void ExceptionsThatAreDocumented_AreThrown(Type exception)
    {
        // Either accessor of a property may be the one that throws.
        var thrown = Thrown(exception, Says).Select(Library.Documented).ToHashSet();
        Holds($"A public member that says when it throws {exception.Name} does.", exception,
            library.Members.Where(m => library.OwnExceptionsOf(m).Contains(exception.FullName!) && !m.IsAbstract && !thrown.Contains(Library.Documented(m))), thrownElsewhere);
    }

    // All but those of a list, each of which is needed.
    private static void Holds(string rule, Type exception, IEnumerable<MethodBase> breaches, (string Exception, string Member, string Reason)[] exempt)
    {
        string[] names = [.. breaches.Select(m => DocumentationId.Of((MemberInfo)m))];
        string[] left = [.. exempt.Where(e => e.Exception == exception.Name).Select(e => e.Member)];
        Rule.Holds(rule, names.Where(n => !left.Contains(WithoutParameters(n))).Distinct());
        Rule.Holds("The list of exceptions that are never thrown, or elsewhere, names members that need it; others leave it.", left.Except(names.Select(WithoutParameters)));
    }

    private static string WithoutParameters(string name) => name.Split('(')[0];

    private static MethodBase[] Thrown(Type exception, Func<MethodBase, Type, bool> says)
    {
        var found = new List<MethodBase>();
        foreach (var assembly in library.Assemblies)
        {
            using var thrown = new ThrownExceptions(assembly, Library.IsSeen, says);
            found.AddRange(library.Members.Where(m => m.Module.Assembly == assembly && thrown.Throws(m, exception)));
        }

        return [.. found];
    }

    // Of a property that can be set, the setter throws.
    private static bool Says(MethodBase member, Type exception) =>
        library.Assemblies.Contains(member.Module.Assembly) && library.ExceptionsOf(member).Contains(exception.FullName!) && !(Library.Documented(member) is PropertyInfo { SetMethod: not null } property && property.GetMethod == member);
}
