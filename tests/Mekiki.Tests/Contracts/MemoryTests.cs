using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Contracts;

/// <summary>What becomes of memory that is not needed any more.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class MemoryTests
{
    [Fact]
    public void DroppedNetworks_GiveTheirMemoryBack_AndLaterStepsForceNoCollection()
    {
        Collect();
        TensorMemory.Trim();
        long before = TensorMemory.ReservedBytes;
        long most = UseNetworks(200);
        Assert.True(most > before + (200L << 20), $"{most - before:N0} bytes are too few to try anything");
        Collect();
        long after = TensorMemory.ReservedBytes;
        Assert.True(after - before < (most - before) / 10, $"of {most - before:N0} bytes {after - before:N0} are still reserved");

        var net = new Sequential(new Conv2d(1, 16, 3, padding: 1), new BatchNorm2d(16), new Relu(), new MaxPool2d(2), new Flatten(), new Linear(16 * 64, 10));
        net.Initialize(0);
        var optimizer = new Adam(net, 1e-3);
        var generator = new Generator(0);
        var x = Tensor.Normal([8, 1, 16, 16], ref generator);
        void Steps(int count)
        {
            for (int i = 0; i < count; i++)
            {
                var loss = Loss.CrossEntropy(net[x], new long[8]);
                optimizer.ZeroGrad();
                loss.Backward();
                optimizer.Step();
            }
        }

        Steps(10);
        int collections = GC.CollectionCount(2);
        Steps(2000);
        Assert.InRange(GC.CollectionCount(2) - collections, 0, 2);
    }

    [Fact]
    public void ForwardPassesThatNobodyDifferentiates_StayBounded()
    {
        var net = new Sequential(new Conv2d(1, 32, 3, padding: 1), new Relu(), new Conv2d(32, 32, 3, padding: 1));
        net.Initialize(0);
        var x = Tensor.Ones([8, 1, 48, 48]);
        Collect();
        long before = TensorMemory.ReservedBytes, most = 0;
        for (int i = 0; i < 500; i++)
        {
            _ = net[x];
            most = Math.Max(most, TensorMemory.ReservedBytes);
        }

        // A pass keeps 4.7 MB: all together would be 2.4 GB.
        Assert.True(most - before < 400 << 20, $"{most - before:N0} bytes");
    }

    private static long UseNetworks(int count)
    {
        var networks = new Module[count];
        for (int i = 0; i < count; i++)
        {
            networks[i] = new Linear(512, 512);
            networks[i].Initialize((ulong)i);
        }

        long reserved = TensorMemory.ReservedBytes;
        GC.KeepAlive(networks);
        return reserved;
    }

    private static void Collect()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
