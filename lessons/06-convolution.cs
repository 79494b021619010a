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

// # 6. Convolution: one small filter for the whole image
// ja: # 6. 畳み込み: 画像全体に使う1つの小さなフィルタ
//
// time: 40 s, quick 8 s
//
// The perceptron of lesson 5 has a weight for every pixel, so it must learn a stroke anew at every place. A convolution (畳み込み) moves
// one small filter over the image: what is learned in one place is known everywhere.
// ja: レッスン5のパーセプトロンはピクセルごとに重みを持つため、同じ線を場所ごとに学び直さなければなりません。
// 畳み込みは、1つの小さなフィルタを画像全体で動かします。ある場所で学んだことが、どこでも使えます。
//
//     y(i, j) = Σ w(u, v) · x(i + u, j + v)
//
// ## By hand
// ja: ## 手で計算する
//
// Four loops: over the places, and over the filter. Outside the image stands 0, so that the result is as large as the image (padding 1).
// ja: 位置の2重ループと、フィルタの2重ループです。画像の外は0とみなすので、結果は元の画像と同じ大きさになります(パディング1)。

var lesson = Lesson.Begin(args);
var (train, test) = lesson.Pick((7_300, 1_460), (1_460, 365));
var set = lesson.Open(train, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, train, test);
int side = set.Shape.Width;
float[] image = [.. set.Image(split.Test[3]).ToArray().Select(p => 1 - p / 255f)];      // ink is 1

float[] Convolve(float[] x, float[] filter)
{
    var y = new float[side * side];
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++)
            for (int u = -1; u <= 1; u++)
                for (int v = -1; v <= 1; v++)
                    if (i + u >= 0 && i + u < side && j + v >= 0 && j + v < side)
                        y[i * side + j] += filter[3 * (u + 1) + v + 1] * x[(i + u) * side + j + v];
    return y;
}

(Words Name, float[] Weights)[] filters =
[
    (("left edges", "左の縁"), [-1, 0, 1, -2, 0, 2, -1, 0, 1]), (("upper edges", "上の縁"), [-1, -2, -1, 0, 0, 0, 1, 2, 1]),
    (("mean", "平均"), [.1f, .1f, .1f, .1f, .1f, .1f, .1f, .1f, .1f]), (("spots", "点"), [-1, -1, -1, -1, 8, -1, -1, -1, -1]),
];
var tiles = new Tiles(side: 96);
tiles.Add(set.Image(split.Test[3]), set.Shape, ("image", "画像"));
foreach (var (name, weights) in filters)
    tiles.AddSigned(Convolve(image, weights), side, name);
lesson.Show(tiles, (
    "Four filters of 3x3, and what they find. Orange: above 0, blue: below.",
    "3x3のフィルタ4つと、その結果です。橙は正、青は負の値です。"));

// The engine's convolution gives the same numbers.
// ja: エンジンの畳み込みも、同じ値を返します。

var engine = Tensor.From(image, [1, 1, side, side]).Conv2d(Tensor.From(filters[0].Weights, [1, 1, 3, 3]), padding: 1);
float difference = engine.Values.ToArray().Zip(Convolve(image, filters[0].Weights), (a, b) => MathF.Abs(a - b)).Max();
lesson.Print($"largest difference between the loops and the engine: {difference:0.0000}");

// ## Filters that are learned
// ja: ## フィルタを学習する
//
// Nobody has to design filters: they are weights, and gradient descent finds them. The chapter's `CNN` stands at the end of the file. Max
// pooling keeps the largest of each 2x2 values: the exact place is forgotten, step by step.
// ja: フィルタを設計する必要はありません。フィルタも重みであり、勾配降下法が見つけます。講義の `CNN` はファイルの最後にあります。
// 最大値プーリングは2x2の中の最大値を残し、正確な位置を少しずつ忘れていきます。

var pipeline = new Pipeline(new Grayscale(), new ToTensor());
var net = new Cnn(set.Classes.Count);
net.Initialize(seed: 0);
var optim = new Adam(net, learningRate: 1e-3);
var before = Filters();
var loader = new Loader(set, split.Train, pipeline, new LoaderOptions { BatchSize = 32, Shuffle = true });
for (int epoch = 0; epoch < lesson.Pick(4, 1); epoch++)
{
    net.Train();
    double sum = 0;
    int steps = 0;
    loader.Start(epoch);
    while (loader.Next() is { } batch)
    {
        var loss = Loss.Nll(net[batch.ToTensor()], batch.Labels);
        optim.ZeroGrad();
        loss.Backward();
        optim.Step();
        (sum, steps) = (sum + loss.Item(), steps + 1);
    }

    lesson.Print($"epoch {epoch + 1}: mean loss {sum / steps:0.000}");
}

net.Eval();
using var off = Gradients.Off();
var tests = new Loader(set, split.Test, pipeline, new LoaderOptions { BatchSize = 100 });
int correct = 0;
tests.Start(epoch: 0);
while (tests.Next() is { } batch)
    correct += Evaluator.CountCorrect(net[batch.ToTensor()], batch.Labels);
lesson.Figure("test accuracy", (double)correct / split.Test.Length);

float[] Filters() => net.NamedParameters()[0].Tensor.ToArray();         // conv1.weight, (64, 1, 3, 3)

var learned = new Tiles(side: 36).Head(("before training", "学習前"));
for (int k = 0; k < 32; k++)
    learned.AddSigned(before.AsSpan(9 * k, 9), 3);
learned.Head(("after training", "学習後"));
for (int k = 0; k < 32; k++)
    learned.AddSigned(Filters().AsSpan(9 * k, 9), 3);
lesson.Show(learned, ("The first 32 filters of conv1.", "conv1 の最初の32個のフィルタです。"));

// ## What the layers see
// ja: ## 各層が見ているもの
//
// The first layer's maps still look like the character: edges and strokes. The second layer combines them on a coarser grid.
// ja: 第1層の特徴マップには、縁や線など、まだ文字の形が見えます。第2層は、それらをより粗い格子の上で組み合わせます。

float[] pixels = [.. image.Select(p => 1 - p)];
var (first, second) = net.Call(Tensor.From(pixels, [1, 1, side, side]), net.Maps);
var maps = new Tiles(side: 64).Head((
    $"conv1, pooled: 16 of 64 maps of {side / 2}x{side / 2}",
    $"conv1(プーリング後): {side / 2}x{side / 2}の特徴マップ、64枚のうち16枚"));
for (int k = 0; k < 16; k++)
    maps.AddSigned(first.Values.Slice(k * side * side / 4, side * side / 4), side / 2);
maps.Head(($"conv2, pooled: 16 of 32 maps of {side / 4}x{side / 4}", $"conv2(プーリング後): {side / 4}x{side / 4}の特徴マップ、32枚のうち16枚"));
for (int k = 0; k < 16; k++)
    maps.AddSigned(second.Values.Slice(k * side * side / 16, side * side / 16), side / 4);
lesson.Show(maps, ("Feature maps (特徴マップ) of one character.", "1つの文字の特徴マップです。"));

// ## What to change
// ja: ## 変えてみよう
//
// - Give `Convolve` a filter of your own: which finds strokes that fall to the right?
// - Take 5x5 filters with a padding of 2. Do they learn more in the same time?
// - Leave out one `MaxPool`, and mend the size of `fc3`: the message tells it.
// ja: - `Convolve` に自分のフィルタを渡しましょう。右下がりの線を見つけるのは、どのようなフィルタでしょうか。
// - パディング2の5x5フィルタに変えましょう。同じ時間でより多く学べるでしょうか。
// - `MaxPool` を1つ外し、`fc3` の大きさを直しましょう。必要な値はメッセージが教えてくれます。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. How many parameters has conv2, biases included? `mekiki lesson check 6 ANSWER`
// 2. How many multiplications does conv2 take for one image of 48x48? (It works on 24x24.)
// ja: 1. バイアスを含め、conv2 のパラメータはいくつありますか。`mekiki lesson check 6 答え`
// 2. 48x48の画像1枚に対し、conv2 は何回の乗算を行いますか。(conv2 の入力は24x24です。)

lesson.WritePage();

// ## The network
// ja: ## ネットワークのクラス

/// <summary>The chapter's CNN.</summary>
sealed class Cnn : Module
{
    private readonly Conv2d conv1, conv2;
    private readonly BatchNorm2d bn1, bn2;
    private readonly Linear fc3;

    public Cnn(int classes)
    {
        conv1 = Child("conv1", new Conv2d(1, 64, kernelSize: 3, stride: 1, padding: 1));
        bn1 = Child("bn1", new BatchNorm2d(64));
        conv2 = Child("conv2", new Conv2d(64, 32, kernelSize: 3, stride: 1, padding: 1));
        bn2 = Child("bn2", new BatchNorm2d(32));
        fc3 = Child("fc3", new Linear(12 * 12 * 32, classes));
    }

    public override Tensor Forward(Tensor x) => fc3[Maps(x).Second.Flatten()].LogSoftmax(1);    // (N, K)

    public (Tensor First, Tensor Second) Maps(Tensor x)     // (N, 1, 48, 48)
    {
        var first = bn1[conv1[x]].MaxPool(2).Relu();        // (N, 64, 24, 24)
        var second = bn2[conv2[first]].Relu().MaxPool(2);   // (N, 32, 12, 12)
        return (first, second);
    }
}
