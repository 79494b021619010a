using Mekiki.Layers;

namespace Mekiki.Onnx.Tests.Export;

/// <summary>What transformers are made of: patches as words, a word of its own, places, attention, norms over several dimensions and over channels.</summary>
internal sealed class Attentive : Module
{
    private const int Size = 12;
    private readonly Conv2d patches;
    private readonly LayerNorm2d norm2d;
    private readonly Tensor token, places;
    private readonly MultiheadAttention attention;
    private readonly LayerNorm norm, whole;
    private readonly Linear fc;

    public Attentive()
    {
        patches = Child("patches", new Conv2d(1, Size, kernelSize: 2, stride: 2));
        norm2d = Child("norm2d", new LayerNorm2d(Size));
        token = Parameter("token", [1, 1, Size]);
        places = Parameter("places", [1, 13, Size]);
        attention = Child("attention", new MultiheadAttention(Size, heads: 2));
        norm = Child("norm", new LayerNorm([Size]));
        whole = Child("whole", new LayerNorm([13, Size]));
        fc = Child("fc", new Linear(Size, 3));
    }

    public override Tensor Forward(Tensor x)
    {
        int count = x.Shape[0];
        x = norm2d[patches[x]].Flatten(2).Permute(0, 2, 1);                                         // (N, 12, 12)
        x = Tensor.Concatenate(1, token.Expand([count, 1, Size]), x) + places;                      // (N, 13, 12)
        x += attention[norm[x]];
        x = whole[x].Gelu();
        x += x.Attention(x, x);
        return fc[x.Narrow(1, 0, 1).Flatten()];                                                     // (N, 3)
    }

    protected override void Draw(ref Generator generator)
    {
        foreach (var tensor in new[] { token, places })
            tensor.CopyFrom(Tensor.Normal(tensor.Shape, ref generator));
    }
}
