using System.Text.Json;
using Mekiki.Files;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary>Options in a file, which <c>train --preset FILE</c> takes like a preset.</summary>
public static class PresetFile
{
    /// <summary>Writes options; the file appears only when whole.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, TrainOptions options) => OutputFile.Write(path, JsonSerializer.Serialize(options, RunDescriptionJson.Default.TrainOptions) + "\n");

    /// <summary>The preset called <paramref name="name"/>, or the options in the JSON file of that name.</summary>
    /// <exception cref="MekikiException">The file is damaged, or there is none; the message suggests the nearest name.</exception>
    public static Preset Find(string name)
    {
        if (!name.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return Preset.Find(name);
        return File.Exists(name)
            ? new Preset(name, "from a file", Read(name))
            : throw new MekikiException($"{name}: expected a file that `mekiki tune` wrote, got no such file. Check the path.");
    }

    /// <summary>Reads options; what is not there is as usual.</summary>
    /// <exception cref="MekikiException">It is no such file, or an option has no legal value.</exception>
    public static TrainOptions Read(string path)
    {
        try
        {
            return GivenOptions.OfTraining(GivenOptions.Read(path)).Deserialize(RunDescriptionJson.Default.TrainOptions)!;
        }
        catch (Exception e) when (e is JsonException or MekikiException or IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected options as `mekiki tune` writes them, got: {GivenOptions.Reason(e)} Give the name of a preset, or fix the file.", e);
        }
    }
}
