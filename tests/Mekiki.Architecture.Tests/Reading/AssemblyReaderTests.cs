using Mekiki.Architecture.Tests.Reading.Samples;

namespace Mekiki.Architecture.Tests.Reading;

public class AssemblyReaderTests
{
    private static readonly TypeUse[] uses = AssemblyReader.Read(typeof(AssemblyReaderTests).Assembly.Location).Uses;

    [Theory]
    [InlineData(nameof(AsBase))]
    [InlineData(nameof(AsInterface))]
    [InlineData(nameof(AsField))]
    [InlineData(nameof(AsElement))]
    [InlineData(nameof(AsArgumentOfType))]
    [InlineData(nameof(AsConstraint))]
    [InlineData(nameof(AsParameter))]
    [InlineData(nameof(AsResult))]
    [InlineData(nameof(AsLocal))]
    [InlineData(nameof(AsTypeOf))]
    [InlineData(nameof(AsCast))]
    [InlineData(nameof(AsCaught))]
    [InlineData(nameof(AsCall))]
    [InlineData(nameof(AsArgumentOfMethod))]
    [InlineData(nameof(AsValueOfEnum))]
    [InlineData(nameof(InLambda))]
    [InlineData(nameof(InIterator))]
    [InlineData(nameof(InNested))]
    [InlineData(nameof(BehindSwitch))]
    public void Uses_AreFound(string user) => Assert.Contains(uses, u => u.User.Name == user && u.Used.Name.Contains("Used"));

    [Theory]
    [InlineData(nameof(AsAttribute))]
    [InlineData(nameof(AsName))]
    public void OtherMentions_AreNone(string user) => Assert.DoesNotContain(uses, u => u.User.Name == user && u.Used.Name.Contains("Used"));

    [Fact]
    public void NestedTypes_CountAsTheirOutermost() => Assert.DoesNotContain(uses, u => u.User.Namespace.StartsWith("Mekiki", StringComparison.Ordinal) && (u.User.Name.Contains('<') || u.User.Name == "Inner"));

    [Fact]
    public void UsesOfOtherAssemblies_NameThem() => Assert.Contains(uses, u => u.User.Name == nameof(AssemblyReader) && u.Used is { Assembly: "System.Reflection.Metadata", Namespace: "System.Reflection.Metadata", Name: "MetadataReader" });
}
