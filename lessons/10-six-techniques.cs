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

// # 10. The six techniques, one removed at a time
// ja: # 10. 6つの技術を1つずつ外す
//
// time: 240 s, quick 15 s
//
// The chapter lists six techniques that were all there by 2016: ReLU, max pooling, dropout, batch normalization, skip connections and Adam.
// This lesson builds a network with all six, takes one out at a time, and trains each form from three seeds. What is lost is what the
// technique brings, here: another task or a longer training may say otherwise.
// ja: 講義では、2016年ごろまでに出そろった技術として、ReLU、最大値プーリング、ドロップアウト、バッチ正規化、
// スキップ接続、Adamの6つを挙げています。ここでは6つすべてを使うネットワークを作り、1つずつ外して、それぞれ3つのシードで学習させます。
// 失われた分が、その技術の効果です。ただし、課題や学習時間が変われば結果も変わります。

var lesson = Lesson.Begin(args);
var (train, test, epochs, seeds) = lesson.Pick((3_650, 1_460, 3, 3ul), (730, 365, 1, 1ul));
var set = lesson.Open(train, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, train, test);
var pipeline = new Pipeline(new Grayscale(), new ToTensor());

// ## What takes each one's place
// ja: ## 外したものの代わり
//
// - ReLU (Nair and Hinton, 2010): the sigmoid, which everyone used before.
// - max pooling: every second pixel, as a plain stride does.
// - dropout (Hinton and others, 2012), batch norm (Ioffe and Szegedy, 2015) and skip connections (He and others, 2015): nothing.
// - Adam (Kingma and Ba, 2014): plain gradient descent at a rate of 0.1.
// ja: - ReLU(Nair・Hinton、2010年): それ以前に広く使われていたシグモイド関数
// - 最大値プーリング: 単純なストライドのように、1ピクセルおきに取る
// - ドロップアウト(Hinton ほか、2012年)、バッチ正規化(Ioffe・Szegedy、2015年)、スキップ接続(He ほか、2015年): 代わりなし
// - Adam(Kingma・Ba、2014年): 学習率0.1の単純な勾配降下法

double Train(Without without, ulong seed, List<(double, double)>? curve = null)
{
    var net = new Network(set.Classes.Count, without);
    net.Initialize(seed);
    Optimizer optim = without == Without.Adam ? new Sgd(net, new SgdOptions { LearningRate = 0.1 }) : new Adam(net, learningRate: 2e-3);
    var loader = new Loader(set, split.Train, pipeline, new LoaderOptions { BatchSize = 32, Shuffle = true, Seed = seed });
    long step = 0;
    for (int epoch = 0; epoch < epochs; epoch++)
    {
        loader.Start(epoch);
        while (loader.Next() is { } batch)
        {
            net.BeginStep(seed, step++);
            var loss = Loss.Nll(net[batch.ToTensor()], batch.Labels);
            optim.ZeroGrad();
            loss.Backward();
            optim.Step();
            curve?.Add((step, loss.Item()));
        }
    }

    net.Eval();
    using var off = Gradients.Off();
    var tests = new Loader(set, split.Test, pipeline, new LoaderOptions { BatchSize = 100 });
    int correct = 0;
    tests.Start(epoch: 0);
    while (tests.Next() is { } batch)
        correct += Evaluator.CountCorrect(net[batch.ToTensor()], batch.Labels);
    return (double)correct / split.Test.Length;
}

// ## The table
// ja: ## 結果の表

Without[] forms = Enum.GetValues<Without>();
var means = new Dictionary<Without, double>();
var curves = new Chart(("loss", "損失"), (("step", "ステップ"), 0, epochs * ((train + 31) / 32)),
    (("loss, mean of 10 steps", "損失(10ステップの平均)"), 0, 5)) { HasLegendRight = true };
var bars = new Chart(("test accuracy without a technique", "技術を外したときのテスト正解率"), ("", 0, forms.Length),
    (("test accuracy", "テスト正解率"), 0, 1), width: 620)
    { XMarks = [.. forms.Select((_, i) => i + 0.5)], XText = x => forms[(int)x] == Without.Nothing ? "all six" : $"– {forms[(int)x]}" };
lesson.Print($"{"without",-12} {"mean",6}  {"least",6}  {"most",6}  lost");
foreach (var form in forms)
{
    var curve = new List<(double, double)>();
    double[] all = [.. Enumerable.Range(0, (int)seeds).Select(seed => Train(form, (ulong)seed, seed == 0 ? curve : null))];
    means[form] = all.Average();
    lesson.Print($"{form,-12} {all.Average(),6:0.000}  {all.Min(),6:0.000}  {all.Max(),6:0.000}  {means[Without.Nothing] - all.Average(),6:+0.000;-0.000;0}");
    bars.Bar((int)form + 0.15, (int)form + 0.85, 0, all.Average(), $"{form}: {all.Average():0.000}", form == Without.Nothing ? "bar" : "soft")
        .Whisker((int)form + 0.5, all.Min(), all.Max());
    if (form is Without.Nothing or Without.ReLU or Without.BatchNorm or Without.Adam)
        curves.Line(form == Without.Nothing ? ("all six", "6つすべて") : ($"without {form}", $"{form} なし"),
            curve.Chunk(10).Select(c => (c[^1].Item1, c.Average(p => p.Item2))));
}

foreach (var form in forms)
    lesson.Figure($"without {form}: test accuracy", means[form]);
lesson.Print($"The largest loss: without {forms.Skip(1).MinBy(f => means[f])}.");
lesson.Show(bars, ("Mean of the seeds; the whisker goes from the least to the most.", "シード間の平均です。ひげは最小から最大までを示します。"));
lesson.Show(curves, ("How the training goes, with seed 0.", "シード0での学習の進み方です。"));

// ## Reading it
// ja: ## 結果を読む
//
// Plain descent and the sigmoid cost most: the network does not get far in so few steps. Dropout and skip connections bring nothing yet.
// The one pays when a network over-fits (lesson 9), the other when it is deep (lesson 11).
// ja: 損失が大きいのは、単純な勾配降下法とシグモイドの場合です。少ないステップでは学習が進みません。ドロップアウトとスキップ接続の効果は、
// まだ現れません。前者は過学習が始まると(レッスン9)、後者はネットワークが深くなると(レッスン11)役に立ちます。
//
// ## What to change
// ja: ## 変えてみよう
//
// - Remove two at once: which pair needs each other? Try skip connections and batch norm.
// - Train ten times as long. Dropout begins to pay only when a network over-fits: see lesson 9.
// - Give plain descent a rate of 0.01, and of 1. Adam needs less of that search.
// ja: - 2つ同時に外しましょう。互いを必要とする組はどれでしょうか。スキップ接続とバッチ正規化を試してください。
// - 10倍長く学習させましょう。ドロップアウトが役に立つのは、過学習が始まってからです(レッスン9)。
// - 単純な勾配降下法の学習率を0.01や1にしましょう。Adam では、このような調整が少なくて済みます。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. The derivative of the sigmoid is at most ¼. By how much do ten sigmoids in a row shrink a gradient at least? Give 4¹⁰.
//   `mekiki lesson check 10 ANSWER`
// 2. How many layers with weights has the network, convolutions and linear ones?
// ja: 1. シグモイド関数の微分は最大で¼です。シグモイドが10個続くと、勾配は少なくとも何分の1になりますか。4¹⁰ の値で答えましょ
//   う。`mekiki lesson check 10 答え`
// 2. 畳み込み層と全結合層を合わせて、このネットワークには重みを持つ層がいくつありますか。

lesson.WritePage();

// ## The network
// ja: ## ネットワークのクラス

enum Without { Nothing, ReLU, MaxPooling, Dropout, BatchNorm, Skip, Adam }

/// <summary>A convolution, three blocks with a way around, and a linear layer; each halved by pooling.</summary>
sealed class Network : Module
{
    private readonly Without without;
    private readonly Module[] convs = new Module[7], norms = new Module[7];
    private readonly Dropout rest;
    private readonly Linear fc;

    public Network(int classes, Without without)
    {
        this.without = without;
        for (int i = 0; i < convs.Length; i++)
        {
            convs[i] = Child<Module>($"conv{i}", new Conv2d(i == 0 ? 1 : 24, 24, kernelSize: 3, padding: 1));
            norms[i] = Child<Module>($"bn{i}", without == Without.BatchNorm ? new Identity() : new BatchNorm2d(24));
        }

        rest = Child("rest", new Dropout(without == Without.Dropout ? 0 : 0.2f));
        fc = Child("fc", new Linear(24 * 6 * 6, classes));
    }

    public override Tensor Forward(Tensor x)
    {
        x = Pool(Activate(norms[0][convs[0][x]]));          // (N, 24, 24, 24)
        x = Block(x, 1);                                    // (N, 24, 24, 24)
        x = Block(Pool(x), 3);                              // (N, 24, 12, 12)
        x = Block(Pool(x), 5);                              // (N, 24,  6,  6)
        return fc[rest[x.Flatten()]].LogSoftmax(1);         // (N, K)
    }

    private Tensor Block(Tensor x, int i)
    {
        var y = Activate(norms[i][convs[i][x]]);
        y = norms[i + 1][convs[i + 1][y]];
        return Activate(without == Without.Skip ? y : y + x);
    }

    private Tensor Activate(Tensor x) => without == Without.ReLU ? x.Sigmoid() : x.Relu();

    private Tensor Pool(Tensor x) => without == Without.MaxPooling ? x.AvgPool(1, stride: 2) : x.MaxPool(2);
}
