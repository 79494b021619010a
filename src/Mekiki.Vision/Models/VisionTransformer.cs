using Mekiki.Layers;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Models;

/// <summary>Sizes of a vision transformer.</summary>
/// <param name="Patch">Rows and columns of a patch, in pixels.</param>
/// <param name="Width">Numbers of a word.</param>
/// <param name="Heads">Of attention.</param>
/// <param name="Layers">How many.</param>
/// <param name="Units">Of the linear layers between.</param>
internal sealed record VisionTransformerSizes(int Patch, int Width, int Heads, int Layers, int Units)
{
    /// <summary>ViT-B/16.</summary>
    public static VisionTransformerSizes Base { get; } = new(16, 768, 12, 12, 3072);

    /// <summary>ViT-Lite-7/4, for small pictures.</summary>
    /// <remarks>Hassani et al., "Escaping the Big Data Paradigm with Compact Transformers", 2021, arXiv:2104.05704. Differs from the paper: nothing is dropped in training.</remarks>
    public static VisionTransformerSizes Lite { get; } = new(4, 256, 4, 7, 512);
}

/// <summary>Vision transformer: patches of pixels as words, layers of attention.</summary>
/// <remarks>
/// Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", 2020, arXiv:2010.11929, table 1. Differs from
/// the paper: no dropout, as torchvision trains it. It has a place for each patch, so that it takes images of one size alone.
/// </remarks>
internal sealed class VisionTransformer : Module, IHasFeatures
{
    private const float Epsilon = 1e-6f, Deviation = 0.02f;

    private readonly Tensor class_token;
    private readonly Conv2d conv_proj;
    private readonly Encoder encoder;
    private readonly Head heads;

    /// <summary>Creates the network.</summary>
    /// <param name="sizes">Its sizes.</param>
    /// <param name="input">The images' shape; both sides as long as a patch or longer.</param>
    /// <param name="classes">K, 1 or more.</param>
    public VisionTransformer(VisionTransformerSizes sizes, ImageShape input, int classes)
    {
        var (patch, width, _, _, _) = sizes;
        class_token = Parameter("class_token", [1, 1, width]);
        conv_proj = Child("conv_proj", new Conv2d(input.Channels, width, kernelSize: patch, stride: patch));
        encoder = Child("encoder", new Encoder(sizes, 1 + input.Height / patch * (input.Width / patch)));
        heads = Child("heads", new Head(width, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => heads[Features(x)];             // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        int count = x.Shape[0];
        x = conv_proj[x].Flatten(2).Permute(0, 2, 1);                                           // (N, patches, D)
        x = Tensor.Concatenate(1, class_token.Expand([count, 1, class_token.Shape[2]]), x);     // (N, 1 + patches, D)
        return encoder[x].Narrow(1, 0, 1).Flatten();                                            // (N, D)
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

        public Encoder(VisionTransformerSizes sizes, int length)
        {
            pos_embedding = Parameter("pos_embedding", [1, length, sizes.Width]);
            layers = Child("layers", new Stack(sizes));
            ln = Child("ln", new LayerNorm([sizes.Width], Epsilon));
        }

        public override Tensor Forward(Tensor x) => ln[layers[x + pos_embedding]];

        protected override void Draw(ref Generator generator) => Fill(pos_embedding, ref generator);
    }

    private sealed class Stack : Module
    {
        private readonly Layer[] layers;

        public Stack(VisionTransformerSizes sizes) => layers = [.. Enumerable.Range(0, sizes.Layers).Select(i => Child($"encoder_layer_{i}", new Layer(sizes)))];

        public override Tensor Forward(Tensor x) => layers.Aggregate(x, (y, layer) => layer[y]);
    }

    private sealed class Layer : Module
    {
        private readonly LayerNorm ln_1, ln_2;
        private readonly MultiheadAttention self_attention;
        private readonly Sequential mlp;

        public Layer(VisionTransformerSizes sizes)
        {
            int width = sizes.Width;
            ln_1 = Child("ln_1", new LayerNorm([width], Epsilon));
            self_attention = Child("self_attention", new MultiheadAttention(width, sizes.Heads));
            ln_2 = Child("ln_2", new LayerNorm([width], Epsilon));
            mlp = Child("mlp", new Sequential(new Linear(width, sizes.Units), new Gelu(), new Dropout(0), new Linear(sizes.Units, width), new Dropout(0)));
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

        public Head(int width, int classes) => head = Child("head", new Linear(width, classes));

        public override Tensor Forward(Tensor x) => head[x];
    }
}
