using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Images;

/// <summary><see cref="ImageFit.Ink"/>: where a drawing lies on its ground, how large it is and whether it is light or dark must not matter.</summary>
public class InkFrameTests
{
    private const int Side = 48;

    [Theory]
    [InlineData(200, 300, 30, 60, 60, 255, 0)]
    [InlineData(200, 300, 150, 120, 60, 255, 0)]    // elsewhere
    [InlineData(200, 300, 30, 60, 120, 255, 0)]     // larger
    [InlineData(100, 1000, 700, 20, 60, 255, 0)]    // on a strip
    [InlineData(200, 300, 30, 60, 60, 0, 255)]      // chalk on a board
    [InlineData(200, 300, 30, 60, 60, 180, 90)]     // pencil on grey paper
    public void Drawing_ComesToTheMiddle_DarkOnLight(int height, int width, int left, int top, int size, byte paper, byte ink)
    {
        byte[] got = Framed(Cross(height, width, left, top, size, paper, ink), height, width);
        byte light = got[0], dark = got[(Side / 2 * Side) + Side / 2];
        Assert.Equal(Math.Max(paper, ink), light);
        Assert.Equal(Math.Min(paper, ink), dark);
        var (x, y) = Extent(got, (byte)((light + dark) / 2));
        Assert.InRange(x.From, 3, 5);
        Assert.InRange(x.To, 43, 45);
        Assert.Equal(x, y);
    }

    [Fact]
    public void ImageThatInkFills_StaysAsItIs()
    {
        byte[] image = Cross(Side, Side, 5, 3, 40, 250, 10);
        Assert.Equal(image, Framed(image, Side, Side));
    }

    [Fact]
    public void Framing_Again_ChangesNothing()
    {
        byte[] once = Framed(Cross(300, 200, 20, 30, 70, 240, 20), 300, 200);
        Assert.Equal(once, Framed(once, Side, Side));
    }

    [Fact]
    public void Specks_DoNotCount()
    {
        byte[] clean = Cross(300, 300, 100, 100, 80, 255, 0), dirty = [.. clean];
        dirty[5 * 300 + 5] = dirty[290 * 300 + 295] = 0;
        Assert.Equal(Framed(clean, 300, 300), Framed(dirty, 300, 300));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 500)]
    [InlineData(300, 2)]
    [InlineData(64, 64)]
    public void EmptyPaper_StaysEmpty(int height, int width)
    {
        byte[] image = new byte[height * width];
        Array.Fill(image, (byte)200);
        Assert.All(Framed(image, height, width), v => Assert.Equal(200, v));
    }

    [Fact]
    public void Proportions_AreKept_AndColoursToo()
    {
        // A red bar of 30 x 90 on white.
        byte[] image = new byte[3 * 400 * 400];
        Array.Fill(image, (byte)255);
        for (int y = 100; y < 190; y++)
            for (int x = 50; x < 80; x++)
                (image[3 * (y * 400 + x) + 1], image[3 * (y * 400 + x) + 2]) = (0, 0);
        byte[] got = new byte[3 * Side * Side];
        FitKernel.Run(image, new ImageShape(3, 400, 400), ImageFit.Ink, got, Side, Side);
        byte[] green = [.. Enumerable.Range(0, Side * Side).Select(i => got[3 * i + 1])];
        var (x1, y1) = Extent(green, 128);
        Assert.InRange(y1.To - y1.From, 38, 40);
        Assert.InRange(x1.To - x1.From, 12, 14);
        Assert.Equal(255, got[3 * (Side / 2 * Side + Side / 2)]);
    }

    private static byte[] Framed(byte[] image, int height, int width)
    {
        byte[] got = new byte[Side * Side];
        FitKernel.Run(image, new ImageShape(1, height, width), ImageFit.Ink, got, Side, Side);
        return got;
    }

    // A cross of a sixth of its size in thickness.
    private static byte[] Cross(int height, int width, int left, int top, int size, byte paper, byte ink)
    {
        byte[] image = new byte[height * width];
        Array.Fill(image, paper);
        for (int y = 0; y < size; y++)
            for (int x = 0; x < size; x++)
                if (Math.Abs(2 * x + 1 - size) < size / 6 || Math.Abs(2 * y + 1 - size) < size / 6)
                    image[(top + y) * width + left + x] = ink;
        return image;
    }

    private static ((int From, int To) X, (int From, int To) Y) Extent(byte[] image, byte middle)
    {
        int[] ink = [.. Enumerable.Range(0, image.Length).Where(i => image[i] < middle)];
        return ((ink.Min(i => i % Side), ink.Max(i => i % Side) + 1), (ink.Min(i => i / Side), ink.Max(i => i / Side) + 1));
    }
}
