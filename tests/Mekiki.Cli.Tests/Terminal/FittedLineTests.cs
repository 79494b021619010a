namespace Mekiki.Cli.Tests.Terminal;

public class FittedLineTests
{
    private static readonly LinePart[] parts = [new("50 %", 1), new("2,500 img/s", 2), new("loss 1.235", 4), new("accuracy 67.9 %", 3), new("0:02 left", 0)];

    [Theory]
    [InlineData(120, "epoch 1/3 ██████████░░░░░░░░░░  50 %  2,500 img/s  loss 1.235  accuracy 67.9 %  0:02 left")]
    [InlineData(79, "epoch 1/3 █████░░░░░  50 %  2,500 img/s  loss 1.235  accuracy 67.9 %  0:02 left")]
    [InlineData(70, "epoch 1/3  50 %  2,500 img/s  loss 1.235  accuracy 67.9 %  0:02 left")]
    [InlineData(65, "epoch 1/3 ████░░░░  50 %  2,500 img/s  accuracy 67.9 %  0:02 left")]
    [InlineData(50, "epoch 1/3 █████░░░░░  50 %  2,500 img/s  0:02 left")]
    [InlineData(39, "epoch 1/3  50 %  2,500 img/s  0:02 left")]
    [InlineData(31, "epoch 1/3 ██░░  50 %  0:02 left")]
    [InlineData(26, "epoch 1/3  50 %  0:02 left")]
    [InlineData(20, "epoch 1/3  0:02 left")]
    [InlineData(18, "epoch …  0:02 left")]
    public void Width_DropsTheBarFirst_AndTheTimeLast(int width, string expected)
    {
        string line = FittedLine.Of(width, Style.Plain, "epoch 1/3", 0.5, parts);
        Assert.Equal(expected, line);
        Assert.True(line.Length <= width);
    }

    [Fact]
    public void EveryWidth_IsKept()
    {
        for (int width = 12; width < 200; width++)
            Assert.InRange(FittedLine.Of(width, Style.Plain, "sift-fisher-svm: descriptors", 0.25, parts).Length, 1, width);
    }

    [Fact]
    public void AFile_HasNoBar() => Assert.Equal("epoch 1/3  50 %  2,500 img/s  loss 1.235  accuracy 67.9 %  0:02 left", FittedLine.Of(int.MaxValue, null, "epoch 1/3", 0.5, parts));

    [Fact]
    public void Ascii_DrawsTheBarWithSigns() => Assert.Equal("x #####---------------", FittedLine.Of(100, new Style(false, false), "x", 0.25));
}
