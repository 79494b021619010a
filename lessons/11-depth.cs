#:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
using Mekiki;
using Mekiki.Autograd;
using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Optimizers;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Transforms;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;

// # 11. Depth: gradients that vanish, and the way around
// ja: # 11. 深さ: 消える勾配と、その迂回路
//
// time: 240 s, quick 30 s
//
// The chapter names vanishing gradients (勾配消失) as the other obstacle. The gradient of an early layer is a product over all later ones;
// where each factor is below 1, little arrives. This lesson measures what arrives: first in twelve linear layers with sigmoid or ReLU, then
// in a network of 56 layers with and without skip connections.
// ja: 講義では、もう1つの障害として勾配消失を挙げています。入力に近い層の勾配は、それより後の層すべての積です。各因子が1より小さいと、
// ほとんど届きません。ここでは、届く量を実際に測ります。まずシグモイドと ReLU を使った12層の全結合ネットワークで、
// 次にスキップ接続のある56層とない56層のネットワークで測ります。

var lesson = Lesson.Begin(args);
var (train, test, epochs) = lesson.Pick((2_920, 730, 4), (365, 146, 1));
var set = lesson.Open(train, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, train, test);
var pipeline = new Pipeline(new Grayscale(), new Resize(24, 24), new ToTensor());
var loader = new Loader(set, split.Train, pipeline, new LoaderOptions { BatchSize = 32, Shuffle = true });

// ## Sigmoid against ReLU
// ja: ## シグモイドと ReLU
//
// One batch forward, one backward, and the length of each layer's gradient. A sigmoid's slope is at most ¼; a ReLU's is 1 where it lets
// through. With weights drawn after He and others (2015), ReLU hands the gradient on almost whole.
// ja: 1バッチだけ順伝播と逆伝播を行い、各層の勾配の長さを調べます。シグモイドの傾きは最大でも¼ですが、ReLU の傾きは、
// 通すところでは1です。He ほか(2015年)の方法で重みを初期化すると、ReLU は勾配をほとんどそのまま伝えます。

(double Layer, double Log10)[] Norms(Module net, Func<Tensor, Tensor> shape)
{
    net.Initialize(seed: 0);
    loader.Start(epoch: 0);
    var batch = loader.Next()!;
    Loss.Nll(net[shape(batch.ToTensor())], batch.Labels).Backward();
    return [.. net.NamedParameters().Where(p => p.Name.EndsWith("weight") && p.Tensor.Shape.Rank > 1)
        .Select((p, i) => (i + 1.0, Math.Log10(1e-12 + p.Tensor.Grad!.Norm().Item())))];
}

var sigmoid = Norms(new Deep(24 * 24, set.Classes.Count, x => x.Sigmoid()), x => x.Flatten());
var relu = Norms(new Deep(24 * 24, set.Classes.Count, x => x.Relu()), x => x.Flatten());
lesson.Show(new Chart(("gradient by layer", "層ごとの勾配"), (("layer", "層"), 1, 12),
    (("log10 of the gradient's length", "勾配の長さの常用対数"), -6, Math.Ceiling(relu.Max(p => p.Log10)))) { HasLegendRight = true, HasLegendBelow = true }
    .Line(("sigmoid", "シグモイド"), sigmoid).Line("ReLU", relu),
    ("Twelve linear layers before training. Layer 1 is next to the image.", "学習前の12層です。層1が画像に最も近い層です。"));
lesson.Figure("sigmoid: gradient of layer 1 over that of layer 12", Math.Pow(10, sigmoid[0].Log10 - sigmoid[^1].Log10));
lesson.Figure("ReLU: gradient of layer 1 over that of layer 12", Math.Pow(10, relu[0].Log10 - relu[^1].Log10));

// ## 56 layers, plain and residual
// ja: ## 56層: 単純な形と残差の形
//
// He and others (2015) stacked 56 layers, and found that they did worse than 20, on the training images too: it is no over-fitting, the
// optimizer does not get there. Their remedy: each pair of layers adds to what it was given, y = x + f(x). The gradient then has a way
// around every pair.
// ja: He ほか(2015年)は56層を積み重ね、20層より悪くなることを示しました。学習画像でも悪化するので過学習ではなく、最適化が進まないのです。
// 解決策は、2層ごとに入力をそのまま足す y = x + f(x) という形でした。勾配は、どの2層も迂回できます。

var plain = Norms(new Thin(set.Classes.Count, blocks: 9, hasSkip: false), x => x);
var residual = Norms(new Thin(set.Classes.Count, blocks: 9, hasSkip: true), x => x);
lesson.Show(new Chart(("gradient by layer", "層ごとの勾配"), (("layer", "層"), 1, 56),
    (("log10 of the gradient's length", "勾配の長さの常用対数"), -2, Math.Ceiling(plain.Max(p => p.Log10)))) { HasLegendRight = true }
    .Line("plain-56", plain).Line("ResNet-56", residual),
    ("Before training. Batch norm keeps the gradients from vanishing in both; in the plain network they grow from layer to layer on the way back.",
    "学習前の状態です。バッチ正規化があるため、どちらの勾配も消えません。ただし単純な形では、さかのぼるにつれて勾配が層ごとに大きくなります。"));

(List<(double, double)> Curve, double Accuracy) Train(bool hasSkip)
{
    var net = new Thin(set.Classes.Count, blocks: 9, hasSkip);
    net.Initialize(seed: 0);
    var optim = new Adam(net, learningRate: 1e-3);
    var curve = new List<(double, double)>();
    for (int epoch = 0; epoch < epochs; epoch++)
    {
        loader.Start(epoch);
        while (loader.Next() is { } batch)
        {
            var loss = Loss.Nll(net[batch.ToTensor()], batch.Labels);
            optim.ZeroGrad();
            loss.Backward();
            optim.Step();
            curve.Add((curve.Count, loss.Item()));
        }
    }

    net.Eval();
    using var off = Gradients.Off();
    var tests = new Loader(set, split.Test, pipeline, new LoaderOptions { BatchSize = 100 });
    int correct = 0;
    tests.Start(epoch: 0);
    while (tests.Next() is { } batch)
        correct += Evaluator.CountCorrect(net[batch.ToTensor()], batch.Labels);
    return ([.. curve.Chunk(10).Select(c => (c[^1].Item1, c.Average(p => p.Item2)))], (double)correct / split.Test.Length);
}

var (plainCurve, plainAccuracy) = Train(hasSkip: false);
var (residualCurve, residualAccuracy) = Train(hasSkip: true);
lesson.Figure("plain-56: test accuracy", plainAccuracy);
lesson.Figure("ResNet-56: test accuracy", residualAccuracy);
lesson.Show(new Chart(("training loss", "学習の損失"), (("step", "ステップ"), 0, plainCurve[^1].Item1),
    (("loss, mean of 10 steps", "損失(10ステップの平均)"), 0, 5)) { HasLegendBelow = true }
    .Line("plain-56", plainCurve).Line("ResNet-56", residualCurve), (
        "The same layers, the same number of weights; only the way around differs.",
        "層も重みの数も同じです。違うのは迂回路の有無だけです。"));

// ## What to change
// ja: ## 変えてみよう
//
// - Take 3 blocks (20 layers). Is a skip connection still worth it?
// - Leave out the batch norms of `Thin`, and look at the gradients again.
// - Draw the first weights of `Deep` by `Initialization.Default`, as PyTorch does. What happens to ReLU?
// ja: - ブロックを3つ(20層)にしましょう。スキップ接続の効果はまだありますか。
// - `Thin` のバッチ正規化を外し、勾配をもう一度見ましょう。
// - `Deep` の重みを、PyTorch と同じ `Initialization.Default` で初期化しましょう。ReLU はどうなりますか。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. A thin network with n blocks in each of its three stages has how many layers for n = 18? (6n + 2) `mekiki lesson check 11 ANSWER`
// 2. How many weights, without biases and batch norms, have the two convolutions of a block of 64 channels?
// ja: 1. 3つの段にそれぞれ n 個のブロックを持つネットワークは、n = 18 のとき何層になりますか。(6n + 2) `mekiki lesson check 11 答え`
// 2. バイアスとバッチ正規化を除くと、64チャネルのブロックの畳み込み2つには、重みがいくつありますか。

lesson.WritePage();

// ## The networks
// ja: ## ネットワークのクラス

/// <summary>Twelve linear layers.</summary>
sealed class Deep : Module
{
    private readonly Linear[] layers = new Linear[12];
    private readonly Func<Tensor, Tensor> activate;

    public Deep(int inFeatures, int classes, Func<Tensor, Tensor> activate)
    {
        this.activate = activate;
        for (int i = 0; i < 12; i++)
            layers[i] = Child($"fc{i}", new Linear(i == 0 ? inFeatures : 64, i == 11 ? classes : 64, draw: Initialization.HeFanOut));
    }

    public override Tensor Forward(Tensor x)
    {
        foreach (var layer in layers[..^1])
            x = activate(layer[x]);             // (N, 64)
        return layers[^1][x].LogSoftmax(1);     // (N, K)
    }
}

/// <summary>Three stages of 16, 32 and 64 channels, after He and others 2015, section 4.2.</summary>
sealed class Thin : Module
{
    private readonly List<(Conv2d Conv1, BatchNorm2d Bn1, Conv2d Conv2, BatchNorm2d Bn2)> blocks = [];
    private readonly Conv2d conv1;
    private readonly Linear fc;
    private readonly bool hasSkip;

    public Thin(int classes, int blocks, bool hasSkip)
    {
        this.hasSkip = hasSkip;
        conv1 = Child("conv1", Conv(1, 16, 1));
        for (int i = 0; i < 3 * blocks; i++)
        {
            int channels = 16 << i / blocks, before = i == 0 ? 16 : 16 << (i - 1) / blocks;
            this.blocks.Add((Child($"b{i}c1", Conv(before, channels, channels / before)), Child($"b{i}n1", new BatchNorm2d(channels)),
                Child($"b{i}c2", Conv(channels, channels, 1)), Child($"b{i}n2", new BatchNorm2d(channels))));
        }

        fc = Child("fc", new Linear(64, classes));
    }

    public override Tensor Forward(Tensor x)
    {
        x = conv1[x].Relu();                                        // (N, 16, 24, 24)
        foreach (var (c1, n1, c2, n2) in blocks)
        {
            var y = n2[c2[n1[c1[x]].Relu()]];
            x = (hasSkip ? y + Around(x, y.Shape) : y).Relu();      // … (N, 64, 6, 6)
        }

        return fc[x.MeanOverPixels()].LogSoftmax(1);                // (N, K)
    }

    // Where the size changes: every second pixel, and zeros in the new channels.
    private static Tensor Around(Tensor x, Shape to) =>
        x.Shape == to ? x : Tensor.Concatenate(1, x.AvgPool(1, stride: 2), Tensor.Zeros([to[0], to[1] - x.Shape[1], to[2], to[3]]));

    private static Conv2d Conv(int from, int to, int stride) => new(from, to, kernelSize: 3, stride, padding: 1, bias: false, draw: Initialization.HeFanOut);
}
