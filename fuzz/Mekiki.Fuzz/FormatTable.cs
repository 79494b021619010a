using Mekiki.Fuzz.Formats;

namespace Mekiki.Fuzz;

/// <summary>All formats that are read from files, and what the service is sent.</summary>
internal static class FormatTable
{
    public static IReadOnlyList<Format> All { get; } = [.. ImageFormats.All, .. ArchiveFormats.All, .. WeightsFormats.All, .. NetworkFormats.All, .. TableFormats.All, .. ParquetFormat.All, .. JsonFormats.All, .. OwnFormats.All, .. RequestFormats.All];

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static Format Find(string name) => All.FirstOrDefault(f => f.Name == name) ?? throw new ArgumentException($"'{name}': expected one of {string.Join(", ", All.Select(f => f.Name))}.");
}
