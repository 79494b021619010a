using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Mekiki.Files;

/// <summary>SHA-256 of bytes that come piece by piece: .NET's, or where a Linux has no OpenSSL, which .NET's needs, <see cref="PlainSha256"/>.</summary>
/// <remarks>Without OpenSSL, .NET ends the process, and small containers and fresh installations have none. Both give the same digests; OpenSSL is faster.</remarks>
internal sealed class Sha256Hash : IDisposable
{
    /// <summary>Bytes of a digest.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private readonly IncrementalHash? system;
    private readonly PlainSha256? plain;

    /// <summary>The hash of nothing yet.</summary>
    public Sha256Hash() : this(HasSystemHash)
    {
    }

    /// <summary>For tests: with .NET's, or without.</summary>
    internal Sha256Hash(bool usesSystem)
    {
        if (usesSystem)
            system = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        else
            plain = new PlainSha256();
    }

    /// <summary>Whether .NET's cryptography works here: always, but on a Linux without OpenSSL.</summary>
    public static bool HasSystemHash { get; } = !OperatingSystem.IsLinux() || NativeLibrary.TryLoad("libssl.so.3", out _) || NativeLibrary.TryLoad("libssl.so.1.1", out _);

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (system is not null)
            system.AppendData(data);
        else
            plain!.Append(data);
    }

    /// <summary>The digest of all bytes that were added; what is added from now on begins anew.</summary>
    /// <param name="digest">Receives <see cref="Size"/> bytes.</param>
    public void Finish(Span<byte> digest)
    {
        if (system is not null)
            system.GetHashAndReset(digest);
        else
            plain!.Finish(digest);
    }

    /// <summary>As <see cref="Finish(Span{byte})"/>.</summary>
    public byte[] Finish()
    {
        var digest = new byte[Size];
        Finish(digest);
        return digest;
    }

    /// <summary>The digest of some bytes.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="digest">Receives <see cref="Size"/> bytes.</param>
    public static void Of(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        if (HasSystemHash)
        {
            SHA256.HashData(data, digest);
            return;
        }

        var plain = new PlainSha256();
        plain.Append(data);
        plain.Finish(digest);
    }

    /// <summary>The digest of some bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> data)
    {
        var digest = new byte[Size];
        Of(data, digest);
        return digest;
    }

    /// <summary>The digest of all that a stream holds from here on.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<byte[]> OfAsync(Stream stream, CancellationToken cancellation)
    {
        using var hash = new Sha256Hash();
        byte[] piece = ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            for (int read; (read = await stream.ReadAsync(piece, cancellation)) > 0;)
                hash.Append(piece.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return hash.Finish();
    }

    public void Dispose() => system?.Dispose();
}
