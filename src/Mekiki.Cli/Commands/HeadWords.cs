using Mekiki.Vision.Training;

namespace Mekiki.Cli.Commands;

/// <summary>What is learnt on a pretrained network's features, in words.</summary>
internal static class HeadWords
{
    /// <summary>At the beginning of a line.</summary>
    public static string Title(HeadKind kind) => kind switch
    {
        HeadKind.Svm => "Linear support vector machines",
        HeadKind.Neighbours => "Nearest neighbours",
        _ => "Linear head",
    };

    /// <summary>Within a line.</summary>
    public static string Name(HeadKind kind) => kind switch
    {
        HeadKind.Svm => "linear support vector machines",
        HeadKind.Neighbours => "nearest neighbours",
        _ => "the linear head",
    };
}
