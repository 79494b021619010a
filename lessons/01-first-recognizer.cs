#:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;

// # 1. The first recognizer
// ja: # 1. はじめての認識器
//
// time: 30 s, quick 6 s
//
// This lesson trains a recognizer of 73 hiragana in under a minute, asks it about characters that it has never seen, and looks at its
// mistakes. The lessons after it open every part of it: by the end you will have written all of them yourself.
// ja: このレッスンでは、平仮名73文字の認識器を1分足らずで学習させ、初めて見る文字を読ませて、間違いを調べます。
// 以降のレッスンでその部品を一つずつ開き、最後にはすべてを自分で書けるようになります。
//
// ## The images
// ja: ## 画像
//
// The chapter downloads scanned characters. So that a lesson needs no network, Mekiki draws characters itself: 73 classes, 48x48 pixels,
// each image by another hand. `--data hiragana73` takes the scanned ones instead.
// ja: 講義では、スキャンした文字画像をダウンロードします。レッスンがネットワークなしで動くように、
// ここでは Mekiki 自身が文字を描きます。73クラス、48x48ピクセルで、1枚ごとに筆跡が異なります。`--data hiragana73` を付けると、
// スキャンした文字を使います。

var lesson = Lesson.Begin(args);
var (train, test) = lesson.Pick((14_600, 1_460), (2_920, 365));
var set = lesson.Open(train, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, train, test);
lesson.Print($"{set.Count:N0} images of {set.Classes.Count} classes, {set.Shape}; {split.Train.Length:N0} train, {split.Test.Length:N0} test");

var samples = new Tiles();
foreach (int i in split.Train.AsSpan(0, 16))
    samples.Add(set.Image(i), set.Shape, set.Classes[set.Labels[i]]);
lesson.Show(samples, ("Sixteen of the training images, with their labels.", "学習画像のうち16枚と、そのラベルです。"));

// ## Training
// ja: ## 学習
//
// The network is the chapter's `cnn`: two convolutions (畳み込み) and a linear layer. One epoch shows it every training image once, 32 at a
// time; after each 32 all weights change a little. The test images take no part in that.
// ja: ネットワークは講義の `cnn`、つまり2つの畳み込み層と1つの全結合層です。1エポックですべての学習画像を1回ずつ、32枚ごとに見せます。32枚
// ごとに、すべての重みが少しずつ変わります。テスト画像は学習には使いません。

var trainer = new Trainer(set, split, new TrainOptions { Model = "cnn", Epochs = lesson.Pick(3, 1), Augmentation = "none" });
var curve = new LossCurve();
var result = trainer.Run(observers: curve);
foreach (var epoch in curve.Epochs)
    lesson.Print($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:0.000}, test accuracy {epoch.TestAccuracy:P1}");
lesson.Figure("test accuracy", result.Best!.TestAccuracy!.Value);

var chart = new Chart(("loss of each step", "各ステップの損失"), (("step", "ステップ"), 0, curve.Losses.Count), (("loss", "損失"), 0, 5));
lesson.Show(chart.Line("loss", curve.Losses.Select((loss, i) => ((double)i, (double)loss))),
    ("The loss of each step: how surprised the network is by the right answers. Guessing among 73 classes would be ln 73 = 4.29.",
    "各ステップの損失です。正解に対するネットワークの「驚き」を表します。73クラスから当てずっぽうで選ぶと ln 73 = 4.29 になります。"));

// ## Asking it
// ja: ## 尋ねてみる
//
// A recognizer gives each class a probability; the largest is its answer. Red: it is wrong.
// ja: 認識器は各クラスの確率を出し、最も大きいものを答えとします。赤い枠は間違いです。

var recognizer = result.Recognizer;
var answers = new Tiles();
foreach (int i in split.Test.AsSpan(0, 24))
{
    var answer = recognizer.Predict(ImageInput.FromPixels(set.Image(i).ToArray(), set.Shape.Width, set.Shape.Height, PixelFormat.Gray8));
    answers.Add(set.Image(i), set.Shape, $"{answer.Label} {answer.Probability:P0}", isBad: answer.Label != set.Classes[set.Labels[i]]);
}

lesson.Show(answers, ("Twenty-four test images: the answer, and its probability.", "テスト画像24枚への答えと、その確率です。"));

var mistakes = new Tiles();
foreach (var mistake in recognizer.Evaluate(set, split.Test).Mistakes.Take(16))
    mistakes.Add(set.Image(mistake.Index), set.Shape, $"{mistake.Label} → {mistake.Predicted}", isBad: true);
lesson.Show(mistakes, ("Its surest mistakes: the label → the answer.", "最も自信を持って間違えた画像です。ラベル → 答え の順に示します。"));

// ## What to change
// ja: ## 変えてみよう
//
// - Train on 1,460 images instead. How much worse is it, and how much faster?
// - Write `Model = "mlp"`: a network without convolutions. `mekiki models` lists all names.
// - Add `result.Recognizer.Save("kana.safetensors")`, then run `mekiki predict kana.safetensors IMAGE`.
// ja: - 学習画像を1,460枚にしてみましょう。精度はどれだけ下がり、時間はどれだけ短くなりますか。
// - 畳み込みのないネットワーク `Model = "mlp"` を試しましょう。名前の一覧は `mekiki models` で見られます。
// - `result.Recognizer.Save("kana.safetensors")` を加え、`mekiki predict kana.safetensors 画像` を実行してみましょう。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. 14,600 images in batches of 32: how many steps has one epoch? `mekiki lesson check 1 ANSWER`
// 2. How many numbers does training change? (`recognizer.Network.ParameterCount()`; lesson 6 explains them.)
// ja: 1. 14,600枚を32枚ずつのバッチに分けると、1エポックは何ステップですか。`mekiki lesson check 1 答え`
// 2. 学習で変わる数はいくつありますか。(`recognizer.Network.ParameterCount()` で求められます。内訳はレッスン6で説明します。)

lesson.WritePage();

/// <summary>Keeps what happens in a training.</summary>
sealed class LossCurve : ITrainingObserver
{
    public List<float> Losses { get; } = [];

    public List<EpochResult> Epochs { get; } = [];

    public void OnStep(Trainer trainer, in TrainingStep step) => Losses.Add(step.Loss);

    public void OnEpoch(Trainer trainer, EpochResult epoch) => Epochs.Add(epoch);
}
