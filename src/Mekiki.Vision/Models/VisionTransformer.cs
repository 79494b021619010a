using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Vision transformer, ViT-B/16: patches of 16x16 pixels as words, twelve layers of attention.</summary>
/// <remarks>
/// Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", 2020, arXiv:2010.11929, table 1. Differs from
/// the paper: no dropout, as torchvision trains it. It has a place for each patch, so that it takes images of one size alone.
/// </remarks>
internal sealed class VisionTransformer : Module, IHasFeatures
{
    private const int Patch = 16, Size = 768, Heads = 12, Layers = 12, Units = 3072;
    private const float Epsilon = 1e-6f, Deviation = 0.02f;

    private readonly Tensor class_token;
    private readonly Conv2d conv_proj;
    private readonly Encoder encoder;
    private readonly Head heads;

    /// <summary>Creates the network.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="height">H, 16 or more.</param>
    /// <param name="width">W, 16 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    public VisionTransformer(int channels, int height, int width, int classes)
    {
        class_token = Parameter("class_token", [1, 1, Size]);
        conv_proj = Child("conv_proj", new Conv2d(channels, Size, kernelSize: Patch, stride: Patch));
        encoder = Child("encoder", new Encoder(1 + height / Patch * (width / Patch)));
        heads = Child("heads", new Head(classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => heads[Features(x)];             // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        int count = x.Shape[0];
        x = conv_proj[x].Flatten(2).Permute(0, 2, 1);                           // (N, H/16 * W/16, 768)
        x = Tensor.Concatenate(1, class_token.Expand([count, 1, Size]), x);     // (N, 1 + H/16 * W/16, 768)
        return encoder[x].Narrow(1, 0, 1).Flatten();                            // (N, 768)
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => Fill(class_token, ref generator);

    private static void Fill(Tensor tensor, ref Generator generator)
    {
        var values = new float[tensor.Count];
        foreach (ref float value in values.AsSpan())
            value = Deviation * (float)generator.Normal();
        tensor.CopyFrom(values);
    }

    private sealed class Encoder : Module
    {
        private readonly Tensor pos_embedding;
        private readonly Stack layers;
        private readonly LayerNorm ln;

        public Encoder(int length)
        {
            pos_embedding = Parameter("pos_embedding", [1, length, Size]);
            layers = Child("layers", new Stack());
            ln = Child("ln", new LayerNorm([Size], Epsilon));
        }

        public override Tensor Forward(Tensor x) => ln[layers[x + pos_embedding]];

        protected override void Draw(ref Generator generator) => Fill(pos_embedding, ref generator);
    }

    private sealed class Stack : Module
    {
        private readonly Layer[] layers;

        public Stack() => layers = [.. Enumerable.Range(0, Layers).Select(i => Child($"encoder_layer_{i}", new Layer()))];

        public override Tensor Forward(Tensor x) => layers.Aggregate(x, (y, layer) => layer[y]);
    }

    private sealed class Layer : Module
    {
        private readonly LayerNorm ln_1, ln_2;
        private readonly MultiheadAttention self_attention;
        private readonly Sequential mlp;

        public Layer()
        {
            ln_1 = Child("ln_1", new LayerNorm([Size], Epsilon));
            self_attention = Child("self_attention", new MultiheadAttention(Size, Heads));
            ln_2 = Child("ln_2", new LayerNorm([Size], Epsilon));
            mlp = Child("mlp", new Sequential(new Linear(Size, Units), new Gelu(), new Dropout(0), new Linear(Units, Size), new Dropout(0)));
        }

        public override Tensor Forward(Tensor x)
        {
            x += self_attention[ln_1[x]];
            return x + mlp[ln_2[x]];
        }
    }

    private sealed class Head : Module
    {
        private readonly Linear head;

        public Head(int classes) => head = Child("head", new Linear(Size, classes));

        public override Tensor Forward(Tensor x) => head[x];
    }
}
