using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

public class NamesTests
{
    [Theory]
    [InlineData("cafe\u0301", "caf\u00e9")]
    [InlineData("か\u3099く", "がく")]
    [InlineData("e\u0323\u0302", "\u1ec7")]
    [InlineData("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글")]
    [InlineData("x\u0301", "x\u0301")]
    [InlineData("plain あ Ü", "plain あ Ü")]
    public void ComposedName_IsFormC(string name, string expected) => Assert.Equal(expected, ComposedName.Of(name));

    [Fact]
    public void NaturalOrder_ComparesNumbersAsNumbers()
    {
        string[] names = ["img10", "img2", "img1", "img02", "b/2/x", "b/10/a", "img", "img99999999999999999999", "img100000000000000000000", "01", "1"];
        Assert.Equal(["01", "1", "b/2/x", "b/10/a", "img", "img1", "img02", "img2", "img10", "img99999999999999999999", "img100000000000000000000"], names.Order(NaturalOrder.Instance));
    }

    [Theory]
    [InlineData(437, "Größe", "für", "naïve")]
    [InlineData(437, "Größe", "café", "Ünder")]
    [InlineData(1252, "Größe", "für", "cafés")]
    [InlineData(932, "日本", "月", "木")]
    [InlineData(932, "ひらがな", "カタカナ", "a漢字")]
    public void ZipNames_AreJudgedTogether(int page, params string[] names)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(page)!;
        Assert.Equal([.. names, "plain", "ユー"], ZipNames.Decode([.. names.Select(n => (ReadOnlyMemory<byte>)encoding.GetBytes(n)), "plain"u8.ToArray(), Encoding.UTF8.GetBytes("ユー")]));
    }

    [Theory]
    [InlineData("seg_train", SplitPart.Train)]
    [InlineData("training_set", SplitPart.Train)]
    [InlineData("TestImages", SplitPart.Test)]
    [InlineData("2020-val", SplitPart.Validation)]
    [InlineData("VALID", SplitPart.Validation)]
    [InlineData("train_test", null)]
    [InlineData("trainer", null)]
    [InlineData("latest", null)]
    public void PartNames_AreFoundAsWords(string name, SplitPart? expected) => Assert.Equal(expected, PartNames.In(name));

    [Fact]
    public void CsvRecords_ReadBackWhatIsQuoted()
    {
        string[][] rows = [["a\nb", "c\r\nd", "\"", "e,f", " g ", "", "h\r"], ["", ""], ["x"]];
        string text = string.Concat(rows.Select(r => string.Join(',', r.Select(CsvRecords.Quote)) + "\n"));
        Assert.Equal(rows, CsvRecords.Of(text).Select(r => r.Fields));
        Assert.Equal([1, 4, 5], CsvRecords.Of(text).Select(r => r.Line));
    }
}
