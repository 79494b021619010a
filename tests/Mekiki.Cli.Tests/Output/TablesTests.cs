using Mekiki.Cli.Output;

namespace Mekiki.Cli.Tests.Output;

public class TablesTests
{
    private static readonly string[] headings = ["name", ">images", "what"];

    private static readonly string[][] rows =
    [
        ["あ", "1,024", "the first of all, with a text that is too long for a narrow terminal"],
        ["longer", "7", "short"],
        ["", "", ""],
    ];

    [Fact]
    public void Columns_AreAligned_AndWideCharactersCountTwice()
    {
        var host = TestHost.New();
        Tables.Write(host.Host, headings, rows);
        Assert.Equal(
            """
            name    images  what
            あ       1,024  the first of all, with a text that is too long for a narrow terminal
            longer       7  short


            """.ReplaceLineEndings("\n"), host.Out);
    }

    [Fact]
    public void LastColumn_IsWrappedOnATerminal()
    {
        var host = TestHost.New(terminal: true, width: 50);
        Tables.Write(host.Host, headings, rows[..1]);
        Assert.Equal(
            """
            name  images  what
            あ     1,024  the first of all, with a text that
                          is too long for a narrow terminal

            """.ReplaceLineEndings("\n"), host.Out);
    }

    [Fact]
    public void TableThatIsWiderThanTheTerminal_HasALineForEachValue()
    {
        var host = TestHost.New(terminal: true, width: 30);
        Tables.Write(host.Host, headings, rows[..2]);
        Assert.Equal(
            """
            name    あ
            images  1,024
            what    the first of all, with
                    a text that is too
                    long for a narrow
                    terminal

            name    longer
            images  7
            what    short

            """.ReplaceLineEndings("\n"), host.Out);
    }
}
