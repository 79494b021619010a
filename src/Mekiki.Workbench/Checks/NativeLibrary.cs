using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mekiki.Files;
using SkiaSharp;

namespace Mekiki.Workbench.Checks;

/// <summary>A native library that Mekiki needs, and whether it is there.</summary>
/// <param name="Name">The library's name.</param>
/// <param name="For">What does not work without it.</param>
/// <param name="Version">Its version, or null when it does not load.</param>
/// <param name="Problem">Why it does not load and what to do, or null when it does.</param>
public sealed record NativeLibrary(string Name, string For, string? Version, string? Problem)
{
    /// <summary>All of them, tried now.</summary>
    public static IReadOnlyList<NativeLibrary> All => OperatingSystem.IsLinux() ? [OpenSsl(), Skia()] : [Skia()];

    /// <summary>Whether an exception says that a native library does not load.</summary>
    public static bool IsMissing(Exception e) =>
        e is DllNotFoundException or BadImageFormatException
        || e is TypeInitializationException { InnerException: { } inner } && IsMissing(inner);

    // Without it all else works, so it is no problem where nothing is fetched.
    private static NativeLibrary OpenSsl()
    {
        const string name = "OpenSSL", use = "downloads from addresses with https";
        if (!Sha256Hash.HasSystemHash || !OperatingSystem.IsLinux())
            return new NativeLibrary(name, use, null, null);
        // 0xMNNFFPPS before version 3, 0xMNN00PPS since: major, minor, fix or patch.
        long number = SafeEvpPKeyHandle.OpenSslVersion, fix = number >> 28 < 3 ? number >> 12 : number >> 4;
        return new NativeLibrary(name, use, $"{number >> 28}.{number >> 20 & 0xff}.{fix & 0xff}", null);
    }

    private static NativeLibrary Skia()
    {
        const string name = "SkiaSharp", use = "reading JPEG, WebP, GIF, BMP and unusual PNG files, and drawing";
        try
        {
            return new NativeLibrary(name, use, SkiaSharpVersion.Native.ToString(), null);
        }
        catch (Exception e) when (IsMissing(e))
        {
            string file = OperatingSystem.IsWindows() ? "libSkiaSharp.dll" : OperatingSystem.IsMacOS() ? "libSkiaSharp.dylib" : "libSkiaSharp.so";
            string package = OperatingSystem.IsWindows() ? "SkiaSharp.NativeAssets.Win32" : OperatingSystem.IsMacOS() ? "SkiaSharp.NativeAssets.macOS" : "SkiaSharp.NativeAssets.Linux.NoDependencies";
            return new NativeLibrary(name, use, null,
                $"{file}: expected the library beside the program ({AppContext.BaseDirectory}) for {RuntimeInformation.RuntimeIdentifier}, got none that loads. "
                + $"Copy it there from the published folder, or add the package {package} and build again.");
        }
    }
}
