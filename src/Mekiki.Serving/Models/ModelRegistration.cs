using Mekiki.Vision;
using Mekiki.Vision.Data;

namespace Mekiki.Serving.Models;

/// <summary>A model that the service has from its start.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="Path">The model file, or the folder of a run.</param>
/// <param name="Examples">Opens the images that it was trained on, and says which of a set they are; null: they are not shown.</param>
internal sealed record ModelRegistration(string Name, string Path, Func<Recognizer, (ImageSet Set, int[] Images)>? Examples = null)
{
    /// <summary>The file itself.</summary>
    public string File => Directory.Exists(Path) ? System.IO.Path.Combine(Path, "model.safetensors") : Path;

    /// <summary>The page that `mekiki report` wrote into the run's folder, whether it is there or not; null: the model is of no run.</summary>
    public string? Report => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(File)) is { } folder ? System.IO.Path.Combine(folder, "report.html") : null;
}
