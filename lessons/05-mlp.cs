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

// # 5. The multilayer perceptron, written by you
// ja: # 5. 多層パーセプトロンを自分で書く
//
// time: 15 s, quick 5 s
//
// This is the chapter's first network, line by line: 48·48 pixels, 64 units, 32 units, 73 classes. Its class `Network` stands at the end of
// the file; compare it with the chapter's.
// ja: 講義の最初のネットワークを1行ずつ書きます。48·48ピクセル、64ユニット、32ユニット、73クラスです。`Network` クラスはファイルの最後にありま
// す。講義のものと比べてください。

var lesson = Lesson.Begin(args);
var (train, test) = lesson.Pick((10_000, 2_000), (2_000, 400));
var set = lesson.Open(train, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, train, test);

var net = new Network(set.Shape.Length, set.Classes.Count);
net.Initialize(seed: 0);
foreach (var (name, tensor) in net.NamedParameters())
    lesson.Print($"{name,-12} {tensor.Shape,-12} {tensor.Count,8:N0}");

// ## The loop
// ja: ## 学習のループ
//
// Six lines, the same in every network of this book: predict, compare, forget the old gradients, go back, step. The loss is the negative
// log-likelihood (負の対数尤度): minus the logarithm of the probability that the network gave to the right class.
// ja: どのネットワークでも同じ6行です。予測し、比べ、前の勾配を消し、逆伝播し、一歩進みます。損失は負の対数尤度、
// つまりネットワークが正解に与えた確率の対数に負号を付けたものです。

var pipeline = new Pipeline(new Grayscale(), new ToTensor());
var loader = new Loader(set, split.Train, pipeline, new LoaderOptions { BatchSize = 32, Shuffle = true });
var optim = new Adam(net, learningRate: 1e-3);
var losses = new List<(double Step, double Loss)>();
var tested = new List<(double Step, double Loss)>();

for (int epoch = 0; epoch < lesson.Pick(8, 2); epoch++)
{
    net.Train();
    loader.Start(epoch);
    while (loader.Next() is { } batch)
    {
        var logProbabilities = net[batch.ToTensor().Flatten()];         // (N, K)
        var loss = Loss.Nll(logProbabilities, batch.Labels);
        optim.ZeroGrad();
        loss.Backward();
        optim.Step();
        losses.Add((losses.Count, loss.Item()));
    }

    var (testLoss, accuracy) = Test();
    tested.Add((losses.Count, testLoss));
    lesson.Print($"epoch {epoch + 1}: test loss {testLoss:0.000}, accuracy {accuracy:P1}");
}

lesson.Figure("test accuracy", Test().Accuracy);

// ## The test
// ja: ## テスト
//
// `Eval` makes batch norm use what it learned about all images, and not the other images of this batch; `Gradients.Off` saves the memory of
// a way back that nobody goes. Lesson 8 shows what happens without `Eval`: the chapter forgets it.
// ja: `Eval` を呼ぶと、バッチ正規化は、そのバッチの統計ではなく学習中に集めた統計を使います。`Gradients.Off` は、
// 逆伝播に使うメモリを節約します。講義では `eval` を呼び忘れています。その影響はレッスン8で調べます。

(double Loss, double Accuracy) Test()
{
    net.Eval();
    using var off = Gradients.Off();
    var tests = new Loader(set, split.Test, pipeline, new LoaderOptions { BatchSize = 100 });
    double loss = 0;
    int correct = 0;
    tests.Start(epoch: 0);
    while (tests.Next() is { } batch)
    {
        var y = net[batch.ToTensor().Flatten()];
        loss += Loss.Nll(y, batch.Labels).Item() * batch.Count;
        correct += Evaluator.CountCorrect(y, batch.Labels);
    }

    return (loss / split.Test.Length, (double)correct / split.Test.Length);
}

// ## What it has learned
// ja: ## 何を学んだか
//
// Each of the 64 first units has a weight for every pixel: it is a picture. Orange pixels excite the unit, blue ones inhibit it.
// ja: 最初の64ユニットは、ピクセルごとに1つずつ重みを持つので、画像として見られます。橙のピクセルはユニットを興奮させ、青のピクセルは抑制します。

lesson.Show(new Chart(("learning curve", "学習曲線"), (("step", "ステップ"), 0, losses.Count), (("loss", "損失"), 0, 4.5)) { HasLegendRight = true }
    .Line(("training, mean of 20 steps", "学習(20ステップの平均)"), losses.Chunk(20).Select(c => (c[^1].Step, c.Average(l => l.Loss))))
    .Line(("test", "テスト"), tested),
    ("Training and test loss.", "学習とテストの損失です。"));

var weights = net.NamedParameters()[0].Tensor;                          // (64, 48·48)
var units = new Tiles(side: 48);
for (int unit = 0; unit < 32; unit++)
    units.AddSigned(weights.Values.Slice(unit * set.Shape.Length, set.Shape.Length), set.Shape.Width);
lesson.Show(units, ("The weights of the first 32 units.", "最初の32ユニットの重みです。"));

// ## Forgetting `Child`
// ja: ## Child を忘れると
//
// `Child` tells the network that a layer is a part of it. Without it the optimizer would never hear of the layer's weights. The engine
// notices, and says what to write.
// ja: `Child` は、その層がネットワークの一部であることを伝えます。忘れると、層の重みは最適化の対象になりません。エンジンはこれに気づき、
// 書くべきコードを示します。

try
{
    _ = new Forgetful()[Tensor.Zeros([1, 4])];
}
catch (InvalidOperationException e)
{
    lesson.Print(e.Message);
}

// ## What to change
// ja: ## 変えてみよう
//
// - Take out the batch norms, then the `Relu`s. What is a network without `Relu`, however many layers it has?
// - Write 256 units instead of 64. How much is gained, and what does it cost?
// - Print the gradient of `fc1.weight` after `Backward`, and after `ZeroGrad`.
// ja: - まずバッチ正規化を、次に `Relu` を外してみましょう。`Relu` のないネットワークは、層がいくつあっても何と同じでしょうか。
// - 64ユニットを256に増やしましょう。精度はどれだけ上がり、時間はどれだけかかりますか。
// - `Backward` の後と `ZeroGrad` の後で、`fc1.weight` の勾配を表示しましょう。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. How many parameters has the network, batch norms included? Add them up by hand. `mekiki lesson check 5 ANSWER`
// 2. Were `bn1` not a `Child`, how many numbers would not be trained?
// ja: 1. バッチ正規化を含め、このネットワークのパラメータはいくつありますか。手で足してみましょう。`mekiki lesson check 5 答え`
// 2. `bn1` を `Child` にしないと、学習されない数はいくつになりますか。

lesson.WritePage();

// ## The network
// ja: ## ネットワークのクラス

/// <summary>The chapter's Network.</summary>
sealed class Network : Module
{
    private readonly Linear fc1, fc2, fc3;
    private readonly BatchNorm1d bn1, bn2;

    public Network(int inFeatures, int outFeatures)
    {
        fc1 = Child("fc1", new Linear(inFeatures, 64));
        bn1 = Child("bn1", new BatchNorm1d(64));
        fc2 = Child("fc2", new Linear(64, 32));
        bn2 = Child("bn2", new BatchNorm1d(32));
        fc3 = Child("fc3", new Linear(32, outFeatures));
    }

    public override Tensor Forward(Tensor x)    // (N, inFeatures)
    {
        x = bn1[fc1[x]].Relu();                 // (N, 64)
        x = bn2[fc2[x]].Relu();                 // (N, 32)
        return fc3[x].LogSoftmax(1);            // (N, outFeatures): log-probabilities
    }
}

/// <summary>A network that does not register its layer.</summary>
sealed class Forgetful : Module
{
    private readonly Linear fc1 = new(4, 2);

    public override Tensor Forward(Tensor x) => fc1[x];
}
