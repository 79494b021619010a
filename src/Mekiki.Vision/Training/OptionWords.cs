using Mekiki.Vision.Classical;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Training;

/// <summary>Options as the words that a user would type for them.</summary>
public static class OptionWords
{
    /// <summary>The options that are not as usual: <c>--model kana-net --epochs 9</c>. Seed, threads and seconds are left out: they say nothing of the recipe.</summary>
    public static string Of(TrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return string.Join(' ', Given(options).Select(r => r.WordsOf(options)));
    }

    /// <summary>Those that are not as usual, of the options that mean nothing to a network that is <see cref="IFitted"/>.</summary>
    internal static Term GivenOfSteps(TrainOptions options) => Term.Join(Given(options).Where(r => r.NeedsSteps).Select(r => r.Term));

    private static IEnumerable<OptionRow<TrainOptions>> Given(TrainOptions options) =>
        TrainOptions.Table.Where(r => r.Property is not (nameof(options.Seed) or nameof(options.Threads) or nameof(options.MostSeconds)) && !r.IsUsual(options));
}
