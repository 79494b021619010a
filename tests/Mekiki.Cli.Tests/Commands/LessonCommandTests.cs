namespace Mekiki.Cli.Tests.Commands;

/// <summary>What the lessons' readers type.</summary>
public class LessonCommandTests
{
    [Fact]
    public void Check_AcceptsTheRightAnswer()
    {
        var run = TestHost.Run("lesson check 5 152201");
        Assert.Equal((0, "Right: exercise 1 of lesson 5.\n", ""), (run.Code, run.Out, run.Error));
        Assert.Equal("{\"command\":\"lesson check\",\"lesson\":5,\"right\":true,\"exercise\":1}\n", TestHost.Run("lesson check 5 152,201 --json").Out);
    }

    [Fact]
    public void Check_RefusesAWrongAnswer()
    {
        Assert.Equal("Not the answer to an exercise of lesson 5. Look again at what the exercise asks for.", TestHost.Run("lesson check 5 152202").Mistake());
        var json = TestHost.Run("lesson check 5 152202 --json");
        Assert.Equal((2, "{\"command\":\"lesson check\",\"lesson\":5,\"right\":false,\"exercise\":null}\n"), (json.Code, json.Out));
    }

    [Theory]
    [InlineData("lesson check five 1", "N: expected the number of a lesson, got 'five'.")]
    [InlineData("lesson check 99 1", "Lesson 99: expected 1 to 14, got none of them.")]
    public void Check_OfNoLesson_SaysSo(string line, string message) => Assert.Equal(message, TestHost.Run(line).Mistake());

    [Fact]
    public void Book_WithoutLessons_SaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        string message = TestHost.Run(["book", folder.Path, "--lessons", folder["none"]]).Mistake();
        Assert.Equal($"{folder["none"]}: expected a folder with lessons, such as 06-convolution.cs, got none. Call it in a clone of the repository, or say --lessons FOLDER.", message);
    }
}
