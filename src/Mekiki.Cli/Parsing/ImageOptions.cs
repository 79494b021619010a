using System.CommandLine;
using Mekiki.Vision.Data;

namespace Mekiki.Cli.Parsing;

/// <summary>The options that say how images are read: which folders are classes and parts, and size, proportions and colours, and what drawn ones are written with.</summary>
internal sealed class ImageOptions
{
    private readonly TableOptions<DataOptions> table = new(DataOptions.Table.Where(r =>
        r.Property is nameof(DataOptions.Size) or nameof(DataOptions.Fit) or nameof(DataOptions.Channels) or nameof(DataOptions.Layout) or nameof(DataOptions.Parts) or nameof(DataOptions.Hand)));

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => table.All;

    /// <summary>What was given, over the options of a run.</summary>
    public DataOptions Apply(ParseResult arguments, DataOptions options) => table.Apply(arguments, options);

    /// <summary>What was given, over how a set is opened.</summary>
    public ImageSetOptions Apply(ParseResult arguments, ImageSetOptions options)
    {
        var given = Apply(arguments, new DataOptions());
        return options with { Height = given.Size, Width = given.Size, Fit = given.Fit, Channels = given.Channels, Layout = given.Layout, Parts = given.Parts, Hand = given.Hand };
    }
}
