using System.Globalization;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Tests.Options;

public class WordingTests
{
    private static readonly Term rate = new("LearningRate", "--lr"), decay = new("WeightDecay", "--weight-decay");

    [Fact]
    public void Terms_AreSaidInBothForms() =>
        Refused.Says("LearningRate: expected 1, got 2. Lower WeightDecay.", "--lr: expected 1, got 2. Lower --weight-decay.", () => throw Wording.Exception($"{rate}: expected {1}, got {"2"}. Lower {decay}."));

    [Fact]
    public void JoinedTerms_HaveCommasBetween() =>
        Refused.Says("LearningRate, WeightDecay: none.", "--lr, --weight-decay: none.", () => throw Wording.Exception($"{Term.Join([rate, decay])}: none."));

    [Fact]
    public void Numbers_AreWrittenAlikeInEveryCulture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } };
        try
        {
            Refused.Says("1,000 and 0.5", "1,000 and 0.5", () => throw Wording.Exception($"{1000:N0} and {0.5}"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Cause_IsKept()
    {
        var cause = new IOException();
        Assert.Same(cause, Wording.Exception($"{rate}", cause).InnerException);
    }
}
