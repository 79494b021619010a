using Mekiki.Cli.Parsing;

namespace Mekiki.Cli.Tests.Parsing;

public sealed class ClassNamesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("a\nb\nc\n", "a,b,c")]
    [InlineData("\uFEFF あ \r\nい\r\n\r\n", "あ,い")]
    [InlineData("a\n\nb", "names.txt: expected a class name in line 2, got none. Write one name a line.")]
    [InlineData("", "names.txt: expected a class name in line 1, got none. Write one name a line.")]
    [InlineData("a\nb\na\n", "names.txt: expected every class once, got 'a' in lines 1 and 3. Name every class once.")]
    public void ClassNames_AreLines(string text, string expected)
    {
        File.WriteAllText(folder["names.txt"], text);
        string got;
        try
        {
            got = string.Join(',', ClassNames.Read(folder["names.txt"]));
        }
        catch (MekikiException e)
        {
            got = e.Message.Replace(folder.Path + Path.DirectorySeparatorChar, "");
        }

        Assert.Equal(expected, got);
    }

    [Fact]
    public void ClassNames_OfNoFileOrOtherBytes_SaySo()
    {
        Assert.Equal("none.txt: expected a text file with a class name in each line, got no such file. Check the path.", Assert.Throws<MekikiException>(() => ClassNames.Read("none.txt")).Message);
        File.WriteAllBytes(folder["x.txt"], [0x61, 0xff]);
        Assert.EndsWith("x.txt: expected class names in UTF-8, one a line, got other bytes. Save the file as UTF-8.", Assert.Throws<MekikiException>(() => ClassNames.Read(folder["x.txt"])).Message);
    }
}
