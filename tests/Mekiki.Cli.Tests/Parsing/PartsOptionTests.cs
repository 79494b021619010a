namespace Mekiki.Cli.Tests.Parsing;

/// <summary><c>train --parts</c>: a number, or which folder is which part, or both.</summary>
public class PartsOptionTests
{
    [Theory]
    [InlineData("train --parts 2 --parts 3", "--parts: expected one value of each kind, a number and PART=FOLDER[,PART=FOLDER], got '2' and '3'. Leave one of them out.")]
    [InlineData("train --parts train=a --parts test=b", "--parts: expected one value of each kind, a number and PART=FOLDER[,PART=FOLDER], got 'train=a' and 'test=b'. Leave one of them out.")]
    [InlineData("train --parts 0", "--parts: expected 1 or more, got 0.")]
    [InlineData("train --parts two", "--parts: expected a whole number, 1 or more, got 'two'.")]
    [InlineData("train --parts a=b", "--parts: expected parts and their folders, such as train=a,test=b, with train, validation and test, got 'a=b'.")]
    [InlineData("train --model neocognitron --parts 2", "--parts: expected no such option beside --model neocognitron, which learns from all images at once, as they are. Leave it out.")]
    public void WrongValues_AreNamed(string line, string message) => Assert.Equal($"{message}\n`mekiki train --help` shows what is expected.", TestHost.Run(line).Mistake().TrimEnd());
}
