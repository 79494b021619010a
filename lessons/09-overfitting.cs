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

// # 9. Over-fitting, and what helps
// ja: # 9. 過学習と、その対策
//
// time: 60 s, quick 8 s
//
// A network with 160,000 weights and 730 images can learn the images by rote: the training loss goes to 0, the test loss turns and rises.
// That is over-fitting (過学習). The chapter names it as one of the two obstacles that held neural networks back. This lesson makes it
// happen, and tries what helps.
// ja: 16万個の重みと730枚の画像があれば、ネットワークは画像を丸暗記できます。学習の損失は0に近づき、テストの損失は途中から上がり始めます。
// これが過学習です。講義では、ニューラルネットワークの発展を妨げた2つの障害の1つに挙げられています。ここでは過学習を起こしてみて、
// 対策を試します。

var lesson = Lesson.Begin(args);
int epochs = lesson.Pick(40, 6), few = 730, many = lesson.Pick(7_300, 2_190), test = lesson.Pick(1_460, 365);
var set = lesson.Open(many, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, many, test);
int[] fewImages = split.Train[..few];
var plain = new Pipeline(new Grayscale(), new ToTensor());
var changed = new Pipeline(new Grayscale(), new RandomAffine(DrawRange.Around(8), 0.06, 0.06, new DrawRange(0.9, 1.1), fill: null), new ToTensor());

// ## One training, with its switches
// ja: ## 対策を切り替えられる学習
//
// The same network and loop each time; what differs are the images, their changes, dropout, and weight decay (every step pulls the weights
// a little to 0).
// ja: ネットワークとループは毎回同じです。異なるのは、画像の枚数、画像の変換、ドロップアウト、そして重み減衰(毎ステップ重みを少し0へ引き戻
// す)だけです。

List<(double TrainLoss, double TestLoss, double Accuracy)> Train(int[] images, Pipeline pipeline, float dropout = 0, double weightDecay = 0)
{
    var net = new Network(set.Shape.Length, set.Classes.Count, dropout);
    net.Initialize(seed: 0);
    var optim = new AdamW(net, new AdamWOptions { LearningRate = 1e-3, WeightDecay = weightDecay });
    var loader = new Loader(set, images, pipeline, new LoaderOptions { BatchSize = 32, Shuffle = true });
    var history = new List<(double, double, double)>();
    for (int epoch = 0; epoch < epochs; epoch++)
    {
        net.Train();
        loader.Start(epoch);
        long step = 0;
        while (loader.Next() is { } batch)
        {
            net.BeginStep(seed: 0, step: epoch * 1000 + step++);        // dropout draws anew
            var loss = Loss.Nll(net[batch.ToTensor().Flatten()], batch.Labels);
            optim.ZeroGrad();
            loss.Backward();
            optim.Step();
        }

        net.Eval();
        history.Add((Test(net, images).Loss, Test(net, split.Test).Loss, Test(net, split.Test).Accuracy));
    }

    return history;
}

(double Loss, double Accuracy) Test(Network net, int[] images)
{
    using var off = Gradients.Off();
    var loader = new Loader(set, images, plain, new LoaderOptions { BatchSize = 200 });
    double loss = 0;
    int correct = 0;
    loader.Start(epoch: 0);
    while (loader.Next() is { } batch)
    {
        var y = net[batch.ToTensor().Flatten()];
        (loss, correct) = (loss + Loss.Nll(y, batch.Labels).Item() * batch.Count, correct + Evaluator.CountCorrect(y, batch.Labels));
    }

    return (loss / images.Length, (double)correct / images.Length);
}

// ## By rote
// ja: ## 丸暗記

var rote = Train(fewImages, plain);
lesson.Show(new Chart(("loss by epoch", "エポックごとの損失"), (("epoch", "エポック"), 1, epochs),
    (("loss", "損失"), 0, Math.Ceiling(rote.Max(h => h.TestLoss)))) { HasLegendRight = true }
    .Line(("training", "学習"), rote.Select((h, i) => (i + 1.0, h.TrainLoss))).Line(("test", "テスト"), rote.Select((h, i) => (i + 1.0, h.TestLoss))),
    ("730 images: the two curves part. From there on the network learns its images, not characters.",
    "730枚で学習した場合です。2本の曲線が分かれた先では、文字ではなく画像そのものを覚えています。"));
int turn = rote.FindIndex(h => h.TestLoss == rote.Min(g => g.TestLoss)) + 1;
lesson.Print($"the test loss is least after epoch {turn}; at the end: training loss {rote[^1].TrainLoss:0.000}, test loss {rote[^1].TestLoss:0.000}");

// ## What helps
// ja: ## 効く対策
//
// More images help most, where they can be had. Random changes make many of few, if they are changes that real images have. Dropout
// (ドロップアウト) lets half of the units rest in each step, so that none relies on another. Stopping at the turn costs nothing; but choose
// the epoch by a validation part, not by the test images.
// ja: 最も効くのは、手に入るなら、画像を増やすことです。実際の画像にあり得る変換なら、少ない画像を増やしたのと同じ効果があります。
// ドロップアウトは毎ステップ半分のユニットを休ませ、互いに頼りきらないようにします。テスト損失が上がる前に止める方法は、
// 費用がかかりません。ただし、止める時期はテスト画像ではなく検証用の画像で選びます。

(Words Name, List<(double TrainLoss, double TestLoss, double Accuracy)> History)[] tries =
[
    (("730 images", "730枚"), rote),
    (("weight decay 0.1", "重み減衰 0.1"), Train(fewImages, plain, weightDecay: 0.1)),
    (("dropout 0.5", "ドロップアウト 0.5"), Train(fewImages, plain, dropout: 0.5f)),
    (("random changes", "ランダムな変換"), Train(fewImages, changed)),
    (($"{many:N0} images", $"{many:N0}枚"), Train(split.Train, plain)),
];
var chart = new Chart(("test accuracy by epoch", "エポックごとのテスト正解率"), (("epoch", "エポック"), 1, epochs), (("test accuracy", "テスト正解率"), 0, 1));
foreach (var (name, history) in tries)
{
    chart.Line(name, history.Select((h, i) => (i + 1.0, h.Accuracy)));
    lesson.Figure($"{name.English}: test accuracy", history[^1].Accuracy);
}

lesson.Show(chart, ("The same network, five times.", "同じネットワークでの5通りの結果です。"));

// Not every remedy fits every case: with so few steps, weight decay changes little here, and dropout makes a small network slower.
// ja: どの対策も、いつでも効くとは限りません。ここではステップ数が少ないため、重み減衰の効果は小さく、
// ドロップアウトは小さなネットワークの学習を遅らせます。
//
// ## What to change
// ja: ## 変えてみよう
//
// - Join random changes and dropout. Do their gains add up?
// - Give the network 512 units. Does it over-fit more?
// - Mix up the labels of the 730 images at random. Can the network still learn them by rote? (Zhang and others, 2016)
// ja: - ランダムな変換とドロップアウトを組み合わせましょう。効果は足し合わされますか。
// - ユニットを512に増やしましょう。過学習はひどくなりますか。
// - 730枚のラベルを無作為に入れ替えましょう。それでも丸暗記できるでしょうか。(Zhang ほか、2016年)
//
// ## Exercises
// ja: ## 練習問題
//
// 1. How many parameters has the network of this lesson? `mekiki lesson check 9 ANSWER`
// 2. With dropout of 0.5, by what are the units that do not rest multiplied in training, so that the next layer sees the same mean?
// ja: 1. このレッスンのネットワークのパラメータはいくつありますか。`mekiki lesson check 9 答え`
// 2. 割合0.5のドロップアウトで、次の層から見た平均を保つには、休まないユニットの値を学習中に何倍しますか。

lesson.WritePage();

// ## The network
// ja: ## ネットワークのクラス

/// <summary>Two layers of units, with dropout between them if wanted.</summary>
sealed class Network : Module
{
    private readonly Linear fc1, fc2;
    private readonly BatchNorm1d bn1;
    private readonly Dropout rest;

    public Network(int inFeatures, int outFeatures, float dropout)
    {
        fc1 = Child("fc1", new Linear(inFeatures, 64));
        bn1 = Child("bn1", new BatchNorm1d(64));
        rest = Child("rest", new Dropout(dropout));
        fc2 = Child("fc2", new Linear(64, outFeatures));
    }

    public override Tensor Forward(Tensor x) => fc2[rest[bn1[fc1[x]].Relu()]].LogSoftmax(1);    // (N, K)
}
