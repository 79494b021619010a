using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Images;

/// <summary>Small files of all forms that images come in, against what other programs read in them (Forms/make.py).</summary>
public class ImageFormTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Images", "Forms");

    public static TheoryData<string, int, int, string> Forms()
    {
        var data = new TheoryData<string, int, int, string>();
        foreach (string[] row in File.ReadLines(Path.Combine(Folder, "reference.csv")).Skip(1).Select(line => line.Split(',')))
            data.Add(row[0], int.Parse(row[1], CultureInfo.InvariantCulture), int.Parse(row[2], CultureInfo.InvariantCulture), row[3]);
        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Form_IsReadAsOtherProgramsDo(string name, int width, int height, string pixels)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Folder, name)), expected = Convert.FromHexString(pixels), got = new byte[expected.Length], scratch = [];
        // Lossy forms and colours that are converted are rounded at several places; of profiles with tables of 16 bits make.py tells more.
        int most = name.Contains("16.") && name.Contains("-profile-") ? 3 : name.Contains("-profile-") || name.StartsWith("jpeg", StringComparison.Ordinal) || name.StartsWith("exif", StringComparison.Ordinal) || name.Contains("lossy") || name.Contains("tiff-jpeg") ? 2 : 1;
        var (ownHeight, ownWidth, _) = ImageDecoder.ReadHeader(file);
        Assert.Equal((height, width), (ownHeight, ownWidth));
        var decoded = new DecodedImage(height, width, IgnoresProfile: name.Contains("-icc"));
        Assert.Equal(decoded, ImageDecoder.Decode(file, 3, height, width, null, got, ref scratch));
        int[] far = [.. Enumerable.Range(0, got.Length).Where(i => Math.Abs(got[i] - expected[i]) > most)];
        Assert.True(far.Length == 0, $"{name}: {far.Length} of {got.Length} values differ by more than {most}, at most by {far.Select(i => Math.Abs(got[i] - expected[i])).DefaultIfEmpty().Max()}: {string.Join("; ", far.Take(6).Select(i => $"[{i}] {expected[i]} got {got[i]}"))}");
        var grey = new byte[width * height];
        ImageDecoder.Decode(file, 1, height, width, null, grey, ref scratch);
        for (int i = 0; i < grey.Length; i++)
            Assert.InRange(Math.Abs(grey[i] - GreyImage.Luma(got[3 * i], got[3 * i + 1], got[3 * i + 2])), 0, 2);
        // Brought to another size, by the same reading.
        var small = new byte[5 * 7 * 3];
        Assert.Equal(decoded, ImageDecoder.Decode(file, 3, 5, 7, ImageFit.Stretch, small, ref scratch));
        var scaled = new byte[small.Length];
        FitKernel.Run(got, new ImageShape(3, height, width), ImageFit.Stretch, scaled, 5, 7);
        Assert.Equal(scaled, small);
    }

    [Fact]
    public void EveryFile_HasARow() => Assert.Equal(
        Directory.GetFiles(Folder).Select(Path.GetFileName).Where(n => n != "reference.csv").Order(StringComparer.Ordinal),
        Forms().Select(r => r.Data.Item1).Order(StringComparer.Ordinal));
}
