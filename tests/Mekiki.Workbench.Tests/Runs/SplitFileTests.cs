using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

public class SplitFileTests
{
    private static ImageSet Set(params int[] perClass)
    {
        int[] labels = [.. perClass.SelectMany((n, c) => Enumerable.Repeat(c, n))];
        return ImageSet.FromPixels("made", new ImageShape(1, 1, 1), new byte[labels.Length], labels, perClass.Select((_, c) => $"c,{c}"));
    }

    [Fact]
    public void File_ReadBack_IsTheSameSplit()
    {
        using var folder = new TemporaryFolder();
        var set = Set(20, 20);
        var split = Split.Stratified(set, 5).WithValidation(set, 5, 6);
        SplitFile.Write(folder["split.csv"], set, split);
        var read = SplitFile.Read(folder["split.csv"], set);
        Assert.Equal(split.Train, read.Train);
        Assert.Equal(split.Test, read.Test);
        Assert.Equal((6, string.Join(' ', split.Validation)), (read.Validation.Length, string.Join(' ', read.Validation)));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Names_OfEveryKind_AreReadBack()
    {
        using var folder = new TemporaryFolder();
        string[] classes = ["a\nb", "c\r", "d,\"e\"", " f "];
        var set = ImageSet.FromPixels("made", new ImageShape(1, 1, 1), new byte[8], [0, 0, 1, 1, 2, 2, 3, 3], classes, classes.SelectMany(c => new[] { c + "/1\n.png", c + "/2\r\n.png" }));
        var split = Split.Stratified(set, 1, trainCount: 4);
        SplitFile.Write(folder["split.csv"], set, split);
        Assert.Equal(split.Train, SplitFile.Read(folder["split.csv"], set).Train);
        Assert.Equal(4, SplitFile.NamesOf(folder["split.csv"], "test").Count);
    }

    [Fact]
    public void Names_InTheOtherForm_AreTheSame()
    {
        using var folder = new TemporaryFolder();
        SplitFile.Write(folder["split.csv"], Of("cafe\u0301"), Split.Stratified(Of("cafe\u0301"), 1));
        Assert.Single(SplitFile.Read(folder["split.csv"], Of("caf\u00e9")).Test);

        static ImageSet Of(string name) => ImageSet.FromPixels("made", new ImageShape(1, 1, 1), new byte[2], [0, 0], [name], [name + "/1.png", name + "/2.png"]);
    }

    [Fact]
    public void File_OfOtherData_NamesEveryProblem()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["split.csv"], "image,class,part\n000000,\"c,1\",train\n000009,\"c,0\",test\n000001,\"c,0\",train\n000001,\"c,0\",test\nx\n");
        Assert.Equal(
            $"{folder["split.csv"]}: expected a split of made, got 4 wrong lines: line 2: 000000 is of class c,0 in made, c,1 in the file; line 3: 000009 is not in made; line 5: 000001 stands twice; line 6: expected image, class and train, validation or test, got 'x'. Use the data that the run was made with.",
            Assert.Throws<MekikiException>(() => SplitFile.Read(folder["split.csv"], Set(3, 3))).Message);
    }

    [Theory]
    [InlineData("image,class,part\n\u001b[31m,\u001b]0;x\u0007,train\n", "expected a split of made, got 1 wrong lines: line 2: ?[31m is not in made. Use the data that the run was made with.")]
    [InlineData("\u001b[31mimage", "expected the first line 'image,class,part', got '?[31mimage'. Give the split.csv of a run.")]
    [InlineData("", "expected the first line 'image,class,part', got ''. Give the split.csv of a run.")]
    public void FileThatWouldSteerATerminal_IsRefusedInPlainText(string text, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["split.csv"], text);
        Assert.Equal($"{folder["split.csv"]}: {message}", Assert.Throws<MekikiException>(() => SplitFile.Read(folder["split.csv"], Set(3, 3))).Message);
    }

    [Theory]
    [InlineData('a', "a field at line 2 with more than 32,768 characters.")]
    [InlineData('"', "a field at line 2 with more than 32,768 characters.")]
    [InlineData(',', "a record at line 2 with more than 4,096 fields.")]
    public void LineOfMegabytes_IsRefused_InLittleMemory(char c, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["split.csv"], "image,class,part\n" + new string(c, 50 << 20));
        Allocated.AtMost(4 << 20, () =>
            Assert.Equal($"{folder["split.csv"]}: expected a split file, got: {message} Check the path.", Assert.Throws<MekikiException>(() => SplitFile.Read(folder["split.csv"], Set(3, 3))).Message));
    }
}
