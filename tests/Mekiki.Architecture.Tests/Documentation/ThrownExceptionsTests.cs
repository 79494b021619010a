using System.Reflection;
using Mekiki.Architecture.Tests.Documentation.Samples;

namespace Mekiki.Architecture.Tests.Documentation;

public class ThrownExceptionsTests
{
    [Theory]
    [InlineData(nameof(Throwers.Directly))]
    [InlineData(nameof(Throwers.InExpression))]
    [InlineData(nameof(Throwers.OfAHelper))]
    [InlineData(nameof(Throwers.ByAHelper))]
    [InlineData(nameof(Throwers.OverHelpers))]
    [InlineData(nameof(Throwers.InLambda))]
    [InlineData(nameof(Throwers.InLocalFunction))]
    [InlineData(nameof(Throwers.InLocalFunctionsThatCallEachOther))]
    [InlineData(nameof(Throwers.InAsync))]
    [InlineData(nameof(Throwers.InIterator))]
    [InlineData(nameof(Throwers.InGeneric))]
    [InlineData(nameof(Throwers.InRecursion))]
    [InlineData(nameof(Throwers.InACircle))]
    [InlineData(nameof(Throwers.OfAPrivateProperty))]
    [InlineData(nameof(Throwers.PastACatch))]
    [InlineData(nameof(Throwers.FromACatch))]
    public void Throws_AreFound(string method) => Assert.True(Throws(method, typeof(MekikiException)));

    [Theory]
    [InlineData(nameof(Throwers.Caught))]
    [InlineData(nameof(Throwers.Returned))]
    [InlineData(nameof(Throwers.OfAnother))]
    [InlineData(nameof(Throwers.ByAPublicMember))]
    public void OtherMethods_ThrowNothing(string method) => Assert.False(Throws(method, typeof(MekikiException)));

    [Fact]
    public void ThrowIf_IsFound() => Assert.True(Throws(nameof(Throwers.OfAnother), typeof(ArgumentOutOfRangeException)));

    [Fact]
    public void PublicMember_CountsWhereItSaysSo() => Assert.True(Throws(nameof(Throwers.ByAPublicMember), typeof(MekikiException), (m, _) => m.Name == nameof(Throwers.Directly)));

    private static bool Throws(string method, Type exception, Func<MethodBase, Type, bool>? says = null)
    {
        using var thrown = new ThrownExceptions(typeof(Throwers).Assembly, Library.IsSeen, says ?? ((_, _) => false));
        return thrown.Throws(typeof(Throwers).GetMethod(method)!, exception);
    }
}
