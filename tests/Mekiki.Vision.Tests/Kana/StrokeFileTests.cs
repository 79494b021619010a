using Mekiki.Vision.Kana;

namespace Mekiki.Vision.Tests.Kana;

public class StrokeFileTests
{
    [Fact]
    public void EmbeddedFile_DescribesEveryCharacter()
    {
        Assert.Equal(73, StrokeFile.Kana.Count);
        Assert.All(StrokeFile.Kana, c => Assert.All(c.Forms, form =>
        {
            Assert.NotEmpty(form.Strokes);
            Assert.All(form.Strokes, s => Assert.InRange(s.Points.Length, 2, 60));
            Assert.Equal(KanaWithMark.Contains(c.Name), form.Mark.Start < form.Strokes.Length);
        }));
    }

    private const string KanaWithMark = "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽ";

    [Fact]
    public void Strokes_AreReadWithPressureCornersAndLeads()
    {
        var characters = StrokeFile.Parse("# note\nい 0.5\n10,20 30,40:25! 50,60 >\n-5,0 7.5,1\nい\n0,0 1,1\n\nあ\n0,0 100,100\n", "test");
        Assert.Equal(["あ", "い"], characters.Select(c => c.Name));
        var form = characters[1].Forms[0];
        Assert.Equal((2, 0.5f, 2), (characters[1].Forms.Length, form.Commonness, form.Mark.Start));
        Assert.Equal([new(0.1f, 0.2f, 1, false), new(0.3f, 0.4f, 0.25f, true), new(0.5f, 0.6f, 1, false)], form.Strokes[0].Points);
        Assert.Equal((true, false), (form.Strokes[0].LeadsOn, form.Strokes[1].LeadsOn));
    }

    [Fact]
    public void MarkedCharacters_AreTheirBaseInABox_WithAMark()
    {
        var characters = StrokeFile.Parse("か\n0,0 100,100\nか 0.5\n0,0 50,50\nが 0.4 = か 10,20 60,70 dakuten 80,20\nぱ = か 0,0 100,100 handakuten 80,20", "test");
        var forms = characters.Single(c => c.Name == "が").Forms;
        Assert.Equal([0.4f, 0.2f], forms.Select(f => f.Commonness));
        Assert.Equal((3, 1), (forms[0].Strokes.Length, forms[0].Mark.Start));
        Assert.Equal((0.1f, 0.2f, 0.6f, 0.7f), (forms[0].Strokes[0].Points[0].X, forms[0].Strokes[0].Points[0].Y, forms[0].Strokes[0].Points[1].X, forms[0].Strokes[0].Points[1].Y));
        Assert.Equal(new Mark(1, 0.8f, 0.2f, false), forms[0].Mark);
        Assert.Equal(new Mark(1, 0.8f, 0.2f, true), characters.Single(c => c.Name == "ぱ").Forms[0].Mark);
    }

    [Fact]
    public void CharacterDefinedByItself_HasItsFormsBeforeAndTheMarkedOnes() =>
        Assert.Equal([1, 3], StrokeFile.Parse("か\n0,0 100,100\nか = か 10,20 60,70 dakuten 80,20", "test").Single().Forms.Select(f => f.Strokes.Length));

    [Theory]
    [InlineData("10,10 20,20", "line 1: expected a character before its strokes, got '10,10 20,20'")]
    [InlineData("あ\n10,10", "line 2: expected two points or more, got '10,10'")]
    [InlineData("あ\n10,10 >", "line 2: expected two points or more, got '10,10 >'")]
    [InlineData("あ\n10,10 20;20", "line 2: expected x,y, got '20;20'")]
    [InlineData("あ\n10,10 20,x", "line 2: expected a number, got 'x'")]
    [InlineData("あ\n10,10 20,200", "line 2: expected x,y in [-20, 120] and perhaps a pressure in [0, 300], such as '31,75:40', got '20,200'")]
    [InlineData("あ\n10,10 20,20:999", "line 2: expected x,y in [-20, 120] and perhaps a pressure in [0, 300], such as '31,75:40', got '20,20:999'")]
    [InlineData("あ\n10,10 20,20:1:2", "line 2: expected x,y in [-20, 120] and perhaps a pressure in [0, 300], such as '31,75:40', got '20,20:1:2'")]
    [InlineData("あ\n\nい\n1,1 2,2", "line 1: expected strokes after the character, got 'あ'")]
    [InlineData("あ", "line 1: expected strokes after the character, got 'あ'")]
    [InlineData("あ 0 0\n1,1 2,2", "line 1: expected a commonness above 0, got '0 0'")]
    [InlineData("あ 1 -1\n1,1 2,2", "line 1: expected a commonness above 0, got '1 -1'")]
    [InlineData("あ 0\n1,1 2,2", "line 1: expected a commonness above 0, got '0'")]
    [InlineData("あ 1 2 3\n1,1 2,2", "line 1: expected a character and perhaps its commonness, such as 'か 0.4', got 'あ 1 2 3'")]
    [InlineData("が = か", "line 1: expected character, box and mark, such as 'が = か 0,2 95,98 dakuten 80,20', got 'が = か'")]
    [InlineData("が = か 0,0 1,1 dakuten 2,2", "line 1: expected a character that stands above, got 'か'")]
    [InlineData("か\n1,1 2,2\nが = か 0,0 1,1 dots 2,2", "line 3: expected dakuten or handakuten, got 'dots'")]
    public void BrokenLine_IsNamed(string text, string message) =>
        Assert.Equal($"test, {message}. Correct the line, or leave it out.", Assert.Throws<MekikiException>(() => StrokeFile.Parse(text, "test")).Message);
}
