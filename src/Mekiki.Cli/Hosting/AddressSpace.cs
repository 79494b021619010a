using System.Globalization;

namespace Mekiki.Cli.Hosting;

/// <summary>The limit of the process's address space (<c>ulimit -v</c>), of which .NET reserves much more than it uses.</summary>
internal static class AddressSpace
{
    private const long Least = 2L << 30;

    /// <summary>What to tell the user before the runtime may end with "Out of memory." and nothing else; null: there is room enough.</summary>
    public static string? Warning() => OperatingSystem.IsLinux() && File.Exists("/proc/self/limits") ? Warning(File.ReadAllLines("/proc/self/limits")) : null;

    /// <param name="limits">The lines of <c>/proc/self/limits</c>: name, soft limit, hard limit, unit.</param>
    internal static string? Warning(IEnumerable<string> limits)
    {
        const string Name = "Max address space";
        string? words = limits.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal))?[Name.Length..].Trim().Split(' ')[0];
        return long.TryParse(words, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes < Least
            ? string.Create(CultureInfo.InvariantCulture, $"Memory: expected an address space of {Least >> 20:N0} MiB or more, got {bytes >> 20:N0} MiB (ulimit -v). If the program ends with \"Out of memory.\", raise this limit.")
            : null;
    }
}
