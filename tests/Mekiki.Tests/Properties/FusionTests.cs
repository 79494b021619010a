namespace Mekiki.Tests.Properties;

/// <summary>Random networks compute the same with and without fusion.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class FusionTests
{
    [Fact]
    public void RandomNetwork_Fused_EqualsPlain() => Draw.Try(200, draw =>
    {
        using var width = VectorWidths.Use(draw.Pick(512, 256, 128));
        Shape input = [draw.Int(2, 3), draw.Pick(1, 3, 8), draw.Int(4, 14), draw.Int(4, 14)];
        var net = new RandomNetwork(draw, input);
        bool training = draw.Flag();
        RandomNetwork.AssertSame($"{net}, training {training}", images => Run(images, fusion: false), images => Run(images, fusion: true));

        Dictionary<string, float[]> Run(ulong images, bool fusion)
        {
            using var switched = Switches.UseFusion(fusion);
            return net.Run(training, images);
        }
    });
}
