using Mekiki.Vision.Models;
using Mekiki.Workbench.Lecture;

namespace Mekiki.Workbench.Tests.Lecture;

public class PlanTests
{
    private static Estimate Of(string model, double epoch, double test, string? problem = null) => new(Catalogue.Find(model), epoch, test, problem);

    [Fact]
    public void WhatIsLeft_GoesToTheFewestEpochs_TheQuickestFirst()
    {
        // One epoch each: 3 + 12 + 21 of 60. 24 are left: 2, then 10, and as 20 do not fit, 2 and 10 again.
        var plan = Plan.Share([Of("mlp", 2, 1), Of("cnn", 10, 2), Of("resnet20", 20, 1)], 60);
        Assert.Equal([3, 3, 1], plan.Select(p => p.Epochs));
        Assert.Equal([7.0, 32.0, 21.0], plan.Select(p => p.Seconds));
        Assert.All(plan, p => Assert.Null(p.Reason));
    }

    [Fact]
    public void NoOne_GetsMoreThanBringsMuch() => Assert.Equal(Plan.MostEpochs, Plan.Share([Of("mlp", 1, 1)], 1000)[0].Epochs);

    [Fact]
    public void TooLittleTime_LeavesTheSlowestOut_AndSaysWhy()
    {
        var plan = Plan.Share([Of("mlp", 2, 1), Of("cnn", 10, 2), Of("resnet20", 90, 30), Of("resnet18", 9, 2)], 20);
        Assert.Equal([(true, null), (false, "needs 12 s for one epoch and its test, too many beside the others"), (false, "needs 120 s for one epoch and its test, and there are 20"), (true, null)],
            plan.Select(p => (p.Epochs > 0, p.Reason)));
        Assert.True(plan.Sum(p => p.Seconds) <= 20);
    }

    [Fact]
    public void Problem_IsTheReason() => Assert.Equal((0, "too small"), Plan.Share([Of("cnn", 0, 0, "too small")], 10).Select(p => (p.Epochs, p.Reason)).Single());

    [Fact]
    public void NoTime_LeavesAllOut() => Assert.All(Plan.Share([Of("mlp", 1, 1), Of("cnn", 1, 1)], -3), p => Assert.Equal(0, p.Epochs));
}
