namespace Mekiki.Serving.Models;

/// <summary>A model that the service has from its start.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="Path">The model file, or the folder of a run.</param>
internal sealed record ModelRegistration(string Name, string Path)
{
    /// <summary>The file itself.</summary>
    public string File => Directory.Exists(Path) ? System.IO.Path.Combine(Path, "model.safetensors") : Path;

    /// <summary>The page that `mekiki report` wrote into the run's folder, whether it is there or not; null: the model is of no run.</summary>
    public string? Report => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(File)) is { } folder ? System.IO.Path.Combine(folder, "report.html") : null;
}
