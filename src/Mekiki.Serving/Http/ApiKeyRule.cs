using System.Text;
using Mekiki.Files;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Http;

/// <summary>Whether a request brings one of the keys.</summary>
/// <remarks>Digests of one length are compared, all of them and to the end, so that the time tells nothing of a key.</remarks>
internal sealed class ApiKeyRule(IReadOnlyList<string> keys)
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] digests = [.. keys.Select(Digest)];

    /// <summary>Whether there are keys at all.</summary>
    public bool IsOn => digests.Length > 0;

    /// <summary>Whether the request may be answered.</summary>
    public bool Allows(IHeaderDictionary headers)
    {
        if (!IsOn)
            return true;
        string? given = headers["X-API-Key"] is [{ } key] ? key
            : headers.Authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim()
            : null;
        if (given is null)
            return false;
        byte[] digest = Digest(given);
        int matches = 0;
        foreach (byte[] own in digests)
        {
            int different = 0;
            for (int i = 0; i < own.Length; i++)
                different |= own[i] ^ digest[i];
            matches |= (different - 1) >>> 31;
        }

        return matches != 0;
    }

    private static byte[] Digest(string key)
    {
        var hash = new PlainSha256();
        hash.Append(Encoding.UTF8.GetBytes(key));
        byte[] digest = new byte[32];
        hash.Finish(digest);
        return digest;
    }
}
