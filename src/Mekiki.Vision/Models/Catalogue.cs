using Mekiki.Vision.Options;

namespace Mekiki.Vision.Models;

/// <summary>All networks by name. A new one is its own file and a row here.</summary>
public static class Catalogue
{
    private const string ResidualPaper = "He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition, arXiv:1512.03385";

    private const string MobilePaper = "Howard et al., Searching for MobileNetV3, arXiv:1905.02244";

    private static readonly Lock changing = new();

    /// <summary>The networks, in the order of history; then those of <see cref="Add"/>.</summary>
    public static IReadOnlyList<ModelEntry> All { get; private set; } =
    [
        new("neocognitron", 1980, "Fukushima, Neocognitron: A Self-organizing Neural Network Model for a Mechanism of Pattern Recognition Unaffected by Shift in Position",
            "three stages of S-cells and C-cells, 24 planes each, learning without a teacher", (_, classes) => new Neocognitron(classes)) { IsFitted = true },
        new("three-layer", 1986, "Rumelhart, Hinton, Williams, Learning representations by back-propagating errors, Nature 323",
            "one hidden layer of 256 sigmoid units, trained with momentum", (input, classes) => new ThreeLayer(input.Length, classes)) { Optimizer = new("sgd", 0.1, 0.9) },
        new("mlp", 1986, "Rumelhart, Hinton, Williams, Learning representations by back-propagating errors; as in the chapter",
            "two hidden layers of 64 and 32 units, batch norm, ReLU", (input, classes) => new Mlp(input.Length, classes)) { LaterParts = "ReLU (2010), Adam (2014), batch norm (2015)" },
        new("cnn", 1989, "LeCun et al., Backpropagation Applied to Handwritten Zip Code Recognition; as in the chapter",
            "two 3x3 convolutions to 64 and 32 channels, batch norm, max pooling, ReLU, a linear layer", (input, classes) => new Cnn(input, classes)) { LaterParts = "max pooling (1990s), ReLU (2010), Adam (2014), batch norm (2015)", LeastSide = 4 },
        new("neocognitron2003", 2003, "Fukushima, Neocognitron for handwritten digit recognition, Neurocomputing 51; learning of 2007 and 2013",
            "contrasts, 16 directions of edges, two stages of features by add-if-silent, interpolating vectors", (_, classes) => new Neocognitron2003(classes)) { IsFitted = true, LaterParts = "interpolating vectors (2007), add-if-silent (2013)" },
        new("sift-fisher-svm", 2011, "Sánchez, Perronnin, Mensink, Verbeek, Image Classification with the Fisher Vector: Theory and Practice; as at ILSVRC 2011 and 2012",
            "dense SIFT, principal components, a Fisher vector over a Gaussian mixture, linear support vector machines", (input, classes) => new SiftFisherSvm(input, classes)) { IsFitted = true, LeastSide = 24, EnlargedSide = 48 },
        new("alexnet", 2012, "Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep Convolutional Neural Networks; its form of 2014, arXiv:1404.5997",
            "five convolutions, three linear layers with dropout, ReLU", (input, classes) => new AlexNet(input.Channels, classes)) { LeastSide = 63, EnlargedSide = 224 },
        new("alexnet2012", 2012, "Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep Convolutional Neural Networks",
            "the paper's two towers: grouped convolutions, local response normalization, overlapping pooling", (input, classes) => new AlexNet2012(input.Channels, classes)) { LeastSide = 63, EnlargedSide = 224, Optimizer = new("sgd", 0.01, 0.9) },
        new("alexnet_small", 2012, "alexnet with a stem and a head for small pictures",
            "five convolutions, the first 5x5 with a stride of 2, three linear layers of 512 units with dropout, ReLU", (input, classes) => new AlexNet(input.Channels, classes, small: true)) { LeastSide = 29 },
        OfVgg(11, batchNorm: false),
        OfVgg(11, batchNorm: true),
        OfVgg(13, batchNorm: false),
        OfVgg(13, batchNorm: true),
        OfVgg(16, batchNorm: false),
        OfVgg(16, batchNorm: true),
        OfVgg(19, batchNorm: false),
        OfVgg(19, batchNorm: true),
        OfVgg(11, batchNorm: false, small: true),
        OfVgg(11, batchNorm: true, small: true),
        OfVgg(13, batchNorm: false, small: true),
        OfVgg(13, batchNorm: true, small: true),
        OfVgg(16, batchNorm: false, small: true),
        OfVgg(16, batchNorm: true, small: true),
        OfVgg(19, batchNorm: false, small: true),
        OfVgg(19, batchNorm: true, small: true),
        new("googlenet", 2014, "Szegedy et al., Going Deeper with Convolutions, arXiv:1409.4842",
            "nine inception stages, in training two auxiliary heads", (input, classes) => new GoogLeNet(input.Channels, classes)) { LeastSide = 32 },
        new("googlenet_small", 2014, "googlenet with a stem for small pictures",
            "nine inception stages after a 3x3 convolution, in training two auxiliary heads", (input, classes) => new GoogLeNet(input.Channels, classes, small: true)) { LeastSide = 16 },
        OfThinResNet(20, hasShortcuts: false),
        OfThinResNet(32, hasShortcuts: false),
        OfThinResNet(44, hasShortcuts: false),
        OfThinResNet(56, hasShortcuts: false),
        OfThinResNet(20, hasShortcuts: true),
        OfThinResNet(32, hasShortcuts: true),
        OfThinResNet(44, hasShortcuts: true),
        OfThinResNet(56, hasShortcuts: true),
        OfResNet(18, "basic blocks"),
        OfResNet(34, "basic blocks"),
        OfResNet(50, "bottlenecks"),
        OfResNet(101, "bottlenecks"),
        OfResNet(152, "bottlenecks"),
        new("densenet121", 2016, "Huang, Liu, van der Maaten, Weinberger, Densely Connected Convolutional Networks, arXiv:1608.06993",
            "121 layers in blocks, each of which takes what all before it gave", (input, classes) => new DenseNet(input.Channels, classes)) { LeastSide = 32 },
        new("squeezenet1_1", 2016, "Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, arXiv:1602.07360",
            "fire modules of 1x1 and 3x3 convolutions, no linear layer", (input, classes) => new SqueezeNet(input.Channels, classes)) { LeastSide = 32, Optimizer = new("adam", 1e-4) },
        new("resnext50_32x4d", 2016, "Xie, Girshick, Dollár, Tu, He, Aggregated Residual Transformations for Deep Neural Networks, arXiv:1611.05431",
            "resnet50 with 3x3 convolutions in 32 groups", (input, classes) => new ResNet(50, input.Channels, classes, groups: 32, widthPerGroup: 4)) { LeastSide = 32 },
        new("wide_resnet50_2", 2016, "Zagoruyko, Komodakis, Wide Residual Networks, arXiv:1605.07146",
            "resnet50 with twice as many inner channels", (input, classes) => new ResNet(50, input.Channels, classes, widthPerGroup: 128)) { LeastSide = 32 },
        new("mobilenet_v2", 2018, "Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, arXiv:1801.04381",
            "inverted residuals with depthwise convolutions, ReLU6", (input, classes) => new MobileNetV2(input.Channels, classes)) { LeastSide = 32 },
        new("shufflenet_v2_x1_0", 2018, "Ma, Zhang, Zheng, Sun, ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, arXiv:1807.11164",
            "half of the channels pass each block, then all are shuffled", (input, classes) => new ShuffleNetV2(input.Channels, classes)) { LeastSide = 32 },
        new("mobilenet_v3_small", 2019, MobilePaper, "inverted residuals with squeeze and excitation, hard-swish; small", (input, classes) => new MobileNetV3(isLarge: false, input.Channels, classes)) { LeastSide = 32 },
        new("mobilenet_v3_large", 2019, MobilePaper, "inverted residuals with squeeze and excitation, hard-swish", (input, classes) => new MobileNetV3(isLarge: true, input.Channels, classes)) { LeastSide = 32 },
        OfEfficientNet(0, width: 1, depth: 1, dropout: 0.2f),
        OfEfficientNet(1, width: 1, depth: 1.1, dropout: 0.2f),
        OfEfficientNet(2, width: 1.1, depth: 1.2, dropout: 0.3f),
        OfEfficientNet(3, width: 1.2, depth: 1.4, dropout: 0.3f),
        OfRegNet("regnet_y_400mf", [48, 104, 208, 440], [1, 3, 6, 6], groupWidth: 8),
        OfRegNet("regnet_y_800mf", [64, 144, 320, 784], [1, 3, 8, 2], groupWidth: 16),
        new("vit_b_16", 2020, "Dosovitskiy et al., An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale, arXiv:2010.11929",
            "patches of 16x16 pixels as words, twelve layers of attention", (input, classes) => new VisionTransformer(VisionTransformerSizes.Base, input, classes)) { LeastSide = 32, Optimizer = new("adamw", 1e-4) },
        new("efficientnet_v2_s", 2021, "Tan, Le, EfficientNetV2: Smaller Models and Faster Training, arXiv:2104.00298",
            "inverted residuals, the first without depthwise convolutions; swish", (input, classes) => EfficientNet.SmallV2(input.Channels, classes)) { LeastSide = 32 },
        new("vit_lite", 2021, "Hassani et al., Escaping the Big Data Paradigm with Compact Transformers, arXiv:2104.05704",
            "for small pictures: patches of 4x4 pixels as words, seven layers of attention", (input, classes) => new VisionTransformer(VisionTransformerSizes.Lite, input, classes)) { LeastSide = 8, Optimizer = new("adamw", 5e-4) },
        new("convnext_tiny", 2022, "Liu et al., A ConvNet for the 2020s, arXiv:2201.03545",
            "depthwise 7x7 convolutions, layer norm, GELU", (input, classes) => new ConvNeXt(input.Channels, classes)) { LeastSide = 32, Optimizer = new("adamw", 3e-4) },
        OfResNet(18, "basic blocks", small: true),
        OfResNet(50, "bottlenecks", small: true),
        new("airbench", 2024, "Jordan, 94% on CIFAR-10 in 3.29 Seconds on a Single GPU, arXiv:2404.00498", "for small colour pictures: a whitening layer that is fixed before training, three blocks of two 3x3 convolutions with batch norm and GELU",
            (input, classes) => new Airbench(input.Channels, classes)) { LeastSide = 9, Optimizer = new("sgd", 0.4, 0.85) },
        new("kana-net", 2026, "Mekiki's own; see docs/training.md", "five 3x3 convolutions with batch norm, two linear layers; small and fast", (input, classes) => new KanaNet(input, classes)) { LeastSide = 8 },
        new("kana-net-ensemble", 2026, "Mekiki's own; see docs/training.md", "three of kana-net side by side, their scores averaged",
            (input, classes) => new Ensemble(Enumerable.Range(0, 3).Select(_ => new KanaNet(input, classes)))) { LeastSide = 8 },
    ];

    /// <summary>The network of the model that training begins with, whatever it is, with a last layer for the images' own classes. It is not in <see cref="All"/>, since it cannot be built without that model.</summary>
    public static ModelEntry Pretrained { get; } = new("pretrained", 2013, "Donahue et al., DeCAF: A Deep Convolutional Activation Feature for Generic Visual Recognition, arXiv:1310.1531",
        "the network of the model that training begins with, with a new last layer",
        (_, _) => throw Wording.Exception($"pretrained: expected a model to begin with, got none. Set {Hint.From} to one: a model file or an ONNX file."))
    {
        Optimizer = new("adamw", 5e-4),
    };

    /// <summary>Gives a network of the program's own a name, by which training, model files and resumed runs find it, until the program ends.</summary>
    /// <param name="entry">The network; its name is unlike all others, in small and capital letters too.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    /// <remarks>Threads: any thread may add; who read <see cref="All"/> before keeps the list as it was.</remarks>
    /// <example>
    /// <code>
    /// Catalogue.Add(new ModelEntry("tiny", 2026, "own work", "one layer", (input, classes) => new Sequential(new Flatten(), new Linear(input.Length, classes))));
    /// var run = new Trainer(set, split, new TrainOptions { Model = "tiny" }).Run();
    /// </code>
    /// </example>
    public static void Add(ModelEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentException.ThrowIfNullOrWhiteSpace(entry.Name, nameof(entry));
        lock (changing)
        {
            if (All.Append(Pretrained).Any(m => string.Equals(m.Name, entry.Name, StringComparison.OrdinalIgnoreCase)))
                throw new ArgumentException($"Catalogue: expected a name that no other network has, got '{entry.Name}'. Choose another.", nameof(entry));
            All = [.. All, entry];
        }
    }

    /// <summary>Takes back a name that <see cref="Add"/> gave.</summary>
    /// <returns>Whether it was there; the names that Mekiki brings stay.</returns>
    public static bool Remove(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (changing)
        {
            var rest = All.Where((m, i) => i < own || !string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase)).ToArray();
            bool isRemoved = rest.Length < All.Count;
            All = rest;
            return isRemoved;
        }
    }

    /// <summary>The network called <paramref name="name"/>.</summary>
    /// <exception cref="MekikiException">There is none; the message suggests the nearest name.</exception>
    public static ModelEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.Append(Pretrained).FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw Wording.Exception($"Unknown model '{name}'.{Suggestion.Sentence(name, All.Select(m => m.Name))} {Hint.Models} lists all.");
    }

    private static readonly int own = All.Count;

    private static ModelEntry OfVgg(int layers, bool batchNorm, bool small = false)
    {
        string name = $"vgg{layers}{(batchNorm ? "_bn" : "")}";
        string paper = small ? $"{name} with a head for small pictures" : "Simonyan, Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, arXiv:1409.1556";
        string description = $"{layers - 3} 3x3 convolutions{(batchNorm ? " with batch norm" : "")}, three linear layers {(small ? "of 512 units " : "")}with dropout";
        return new(small ? $"{name}_small" : name, 2014, paper, description, (input, classes) => new Vgg(layers, batchNorm, input.Channels, classes, small))
        {
            LeastSide = 32,
            // At the usual rate linear layers of 4096 units learn nothing, nor do so many layers without batch norm, and 19 layers little with it.
            Optimizer = OptimizerDefaults.Chapter with
            {
                LearningRate = (small, batchNorm) switch
                {
                    (false, false) => 5e-5,
                    (false, true) => 1e-4,
                    (true, true) when layers < 19 => 1e-3,
                    _ => 3e-4,
                },
            },
        };
    }

    private static ModelEntry OfResNet(int layers, string blocks, bool small = false)
    {
        string description = $"{layers} layers in {blocks} with skip connections, batch norm{(small ? ", after a 3x3 convolution" : "")}";
        string paper = small ? $"resnet{layers} with a stem for small pictures" : ResidualPaper;
        return new($"resnet{layers}{(small ? "_small" : "")}", 2015, paper, description, (input, classes) => new ResNet(layers, input.Channels, classes, small)) { LeastSide = small ? 16 : 32 };
    }

    private static ModelEntry OfEfficientNet(int number, double width, double depth, float dropout) => new(
        $"efficientnet_b{number}", 2019, "Tan, Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, arXiv:1905.11946",
        number == 0 ? "inverted residuals with squeeze and excitation, swish" : "efficientnet_b0 with more blocks and features",
        (input, classes) => EfficientNet.Scaled(width, depth, dropout, input.Channels, classes))
    {
        LeastSide = 32,
    };

    private static ModelEntry OfRegNet(string name, int[] widths, int[] depths, int groupWidth) =>
        new(name, 2020, "Radosavovic et al., Designing Network Design Spaces, arXiv:2003.13678", "residual blocks with grouped convolutions, squeeze and excitation", (input, classes) => new RegNet(widths, depths, groupWidth, input.Channels, classes)) { LeastSide = 32 };

    private static ModelEntry OfThinResNet(int layers, bool hasShortcuts)
    {
        string description = $"{layers} thin layers for small pictures, {(hasShortcuts ? "skip connections without parameters" : "without skip connections")}, batch norm";
        string name = $"{(hasShortcuts ? "resnet" : "plain")}{layers}";
        return new(name, 2015, $"{ResidualPaper}, section 4.2", description, (input, classes) => new ThinResNet(layers, hasShortcuts, input.Channels, classes)) { LeastSide = 4 };
    }
}
