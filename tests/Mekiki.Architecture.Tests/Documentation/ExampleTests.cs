using System.Reflection;
using Mekiki.Autograd;
using Mekiki.Vision;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;
using Mekiki.Vision.Training;

namespace Mekiki.Architecture.Tests.Documentation;

/// <summary>Every public type that users make has an example in its comment. Mekiki.Packages.Tests compiles the examples.</summary>
public class ExampleTests
{
    private const string Result = "the library makes it, and users read it", Row = "a row of the library's own table", Scope = "a method returns it, for using";

    // No type may join that users make; one that has an example leaves the list.
    private static readonly Dictionary<Type, string> exempt = new()
    {
        [typeof(Prediction)] = Result,
        [typeof(LabelProbability)] = Result,
        [typeof(ImagePrediction)] = Result,
        [typeof(ImageHeader)] = Result,
        [typeof(SkippedImage)] = Result,
        [typeof(FoundFiles)] = Result,
        [typeof(LeftOutFiles)] = Result,
        [typeof(DownloadedFile)] = Result,
        [typeof(DownloadProgress)] = Result,
        [typeof(FitProgress)] = Result,
        [typeof(StartWeights)] = Result,
        [typeof(TrainingStep)] = Result,
        [typeof(PartResult)] = Result,
        [typeof(EpochResult)] = Result,
        [typeof(TrainingResult)] = Result,
        [typeof(EvaluationResult)] = Result,
        [typeof(ClassResult)] = Result,
        [typeof(ConfusedPair)] = Result,
        [typeof(Mistake)] = Result,
        [typeof(LayerMaps)] = Result,
        [typeof(KeypointVote)] = Result,
        [typeof(WordVote)] = Result,
        [typeof(Answer)] = Result,
        [typeof(Calibration)] = Result,
        [typeof(ShareThreshold)] = Result,
        [typeof(KnownThreshold)] = Result,
        [typeof(ClassFigures)] = Result,
        [typeof(LabelFigures)] = Result,
        [typeof(MultiLabelFigures)] = Result,
        [typeof(LabelDifferences)] = Result,
        [typeof(PairedDifference)] = Result,
        [typeof(LabelCalibration)] = Result,
        [typeof(LabelScale)] = Result,
        [typeof(Estimate)] = Result,
        [typeof(GroupPattern)] = Row,
        [typeof(KnownSet)] = Row,
        [typeof(NamedOptimizer)] = Row,
        [typeof(NamedSchedule)] = Row,
        [typeof(Preset)] = Row,
        [typeof(OptionName)] = Row,
        [typeof(Gradients.Pause)] = Scope,
        [typeof(EvaluationMode.Stretch)] = Scope,
        [typeof(Gradients.InputsAlone)] = Scope,
        [typeof(ForwardPass.Watching)] = Scope,
        [typeof(OperationTrace.Watching)] = Scope,
        [typeof(ForwardPass.Changing)] = Scope,
        [typeof(Threads.Span)] = Scope,
    };

    private static readonly Library library = Library.OfPackages;

    [Fact]
    public void TypesThatUsersMake_HaveAnExample()
    {
        Assert.Contains(library.Types, t => IsMade(t) && HasExample(t));
        Rule.Holds("A public type that users make has an <example> with <code> in its comment.", library.Types.Where(t => IsMade(t) && !HasExample(t) && !exempt.ContainsKey(t)).Select(t => t.FullName!));
    }

    [Fact]
    public void Exemptions_AreNeeded() =>
        Rule.Holds("Exemptions are of types that users could make and that have no example; others leave the list.", exempt.Keys.Where(t => !library.Types.Contains(t) || !IsMade(t) || HasExample(t)).Select(t => t.FullName!));

    // What stands elsewhere, no test compiles.
    [Fact]
    public void Code_StandsInExamples() =>
        Rule.Holds("<code> stands in <example>.", library.Comments.Where(c => c.Descendants("code").Any(code => code.Parent!.Name != "example" || code.Parent.Parent != c)).Select(c => c.Attribute("name")!.Value));

    // Each of the ways to make one, and none.
    [Theory]
    [InlineData(typeof(Generator), true)]
    [InlineData(typeof(Shape), true)]
    [InlineData(typeof(Module), true)]
    [InlineData(typeof(Recognizer), true)]
    [InlineData(typeof(TrainOptions), true)]
    [InlineData(typeof(ImageSet), true)]
    [InlineData(typeof(Catalogue), false)]
    [InlineData(typeof(DType), false)]
    [InlineData(typeof(IImageSource), false)]
    [InlineData(typeof(LossFunction), false)]
    [InlineData(typeof(MekikiException), false)]
    [InlineData(typeof(Batch), false)]
    public void TypesThatUsersMake_AreFound(Type type, bool isMade) => Assert.Equal(isMade, IsMade(type));

    // By a constructor, also one to derive from, or by a static member.
    private static bool IsMade(Type type)
    {
        if (type.IsEnum || type.IsInterface || type.IsAbstract && type.IsSealed || type.IsSubclassOf(typeof(Delegate)) || type.IsSubclassOf(typeof(Attribute)) || type.IsSubclassOf(typeof(Exception)))
            return false;
        return type.IsValueType
            || type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Any(c => (c.IsPublic || c.IsFamily) && !IsCopy(c))
            || type.GetMethods(BindingFlags.Static | BindingFlags.Public).Any(m => m.ReturnType == type);
    }

    private static bool IsCopy(ConstructorInfo constructor) => constructor.GetParameters() is [{ ParameterType: var given }] && given == constructor.DeclaringType;

    private static bool HasExample(Type type) => library.CommentOf(type)?.Elements("example").Any(e => e.Element("code") is not null) == true;
}
