using System.Security.Cryptography;
using System.Text;
using Mekiki.Files;

namespace Mekiki.Tests.Files;

public class Sha256HashTests
{
    // FIPS 180-4's examples (NIST, "Examples with Intermediate Values").
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void Examples_OfTheStandard(string text, string expected)
    {
        byte[] data = Encoding.ASCII.GetBytes(text);
        foreach (bool usesSystem in new[] { true, false })
        {
            using var hash = new Sha256Hash(usesSystem);
            hash.Append(data);
            Assert.Equal(expected, Convert.ToHexStringLower(hash.Finish()));
        }

        Assert.Equal(expected, Convert.ToHexStringLower(Sha256Hash.Of(data)));
    }

    [Fact]
    public void Plain_IsDotNets_ForAllLengths_InAnyPieces()
    {
        var random = new Random(1);
        // One object for all: it begins anew after each.
        using var plain = new Sha256Hash(usesSystem: false);
        for (int length = 0; length < 400; length++)
        {
            var data = new byte[length];
            random.NextBytes(data);
            for (int at = 0; at < length;)
            {
                int piece = random.Next(1, length - at + 1);
                plain.Append(data.AsSpan(at, piece));
                at += piece;
            }

            Assert.Equal(SHA256.HashData(data), plain.Finish());
        }
    }

    [Fact]
    public async Task Stream_IsHashedFromWhereItIs()
    {
        var data = new byte[700_000];
        new Random(2).NextBytes(data);
        using var stream = new MemoryStream(data) { Position = 5 };
        Assert.Equal(SHA256.HashData(data.AsSpan(5)), await Sha256Hash.OfAsync(stream, TestContext.Current.CancellationToken));
    }

    // Where OpenSSL is missing, .NET's hash ends the process: no test would catch that, so no source may call it.
    [Fact]
    public void NoSource_CallsDotNetsHashes_ButThisOne()
    {
        Assert.SkipWhen(Mekiki.Testing.Shared.Repository is null, "The repository with the sources is not around the tests.");
        var callers = Directory.EnumerateFiles(Path.Combine(Mekiki.Testing.Shared.Repository!, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => File.ReadAllText(f).Contains("using System.Security.Cryptography;", StringComparison.Ordinal)).Select(Path.GetFileName).Order();
        Assert.Equal(["NativeLibrary.cs", "Sha256Hash.cs"], callers);
    }
}
