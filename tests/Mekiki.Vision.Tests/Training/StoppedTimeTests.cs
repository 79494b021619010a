using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Training;

public class StoppedTimeTests
{
    [Fact]
    public void NapThatTookLong_WithoutProcessorTime_IsTakenOff_Once()
    {
        using var stopped = StoppedTime.Watch(new CountingClock());
        stopped.Add(0.1, 0);
        stopped.Add(0.5, 0);
        stopped.Add(5, 3);
        Assert.Equal(10, stopped.Without(10));
        stopped.Add(5.1, 0.2);
        Assert.Equal(0, stopped.Without(2), 6);
        Assert.Equal(7, stopped.Without(10), 6);
        Assert.Equal(10, stopped.Without(10));
    }
}
