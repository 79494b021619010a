using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Commands;

/// <summary>The pretrained network that a training begins with, if it begins with one, and the file of the model that is made of it first.</summary>
internal sealed class Beginning : IDisposable
{
    private DirectoryInfo? folder;

    private Beginning(TrainOptions options, Recognizer? pretrained) => (Options, Pretrained) = (options, pretrained);

    /// <summary>How the network is trained.</summary>
    public TrainOptions Options { get; }

    /// <summary>The pretrained network; null: the options name a network of the catalogue.</summary>
    public Recognizer? Pretrained { get; }

    /// <summary>Where the model is written that has a last layer for the images' classes.</summary>
    public string StartPath => Path.Combine((folder ??= Directory.CreateTempSubdirectory("mekiki-")).FullName, "start.safetensors");

    /// <summary>Reads the network that the options begin with.</summary>
    /// <exception cref="MekikiException">It cannot be read.</exception>
    public static Beginning Of(TrainOptions options) => new(options, PretrainedStart.IsWanted(options) && options.From is { } from ? Recognizer.Load(from) : null);

    /// <summary>The images as the network takes them.</summary>
    public DataOptions DataFor(DataOptions data) => Pretrained is null ? data : PretrainedStart.DataFor(data, Pretrained);

    public void Dispose() => folder?.Delete(recursive: true);
}
