#:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
using System.Diagnostics;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;

// # 14. The history in one table, and what came after
// ja: # 14. 一枚の表で見る歴史と、その後
//
// time: 240 s, quick 40 s
//
// The chapter tells how recognizers came about from 1980 to 2015. This lesson trains seven of them on the same images, and puts them into
// one table. They are not set pieces of their years: `mlp` and `cnn` are the chapter's, with ReLU, batch norm, max pooling and Adam, which
// came decades after 1986 and 1989; `neocognitron2003` learns by rules of 2007 and 2013.
// ja: 講義では、1980年から2015年までの認識器の歩みを紹介しています。ここでは、そのうち7つを同じ画像で学習させ、1つの表にまとめます。
// 当時のままの再現ではありません。`mlp` と `cnn` は講義のもので、1986年や1989年よりずっと後に現れた ReLU、バッチ正規化、
// 最大値プーリング、Adam を使います。`neocognitron2003` の学習則は2007年と2013年のものです。

var lesson = Lesson.Begin(args);
var (train, test) = lesson.Pick((3_650, 1_460), (730, 365));
var set = lesson.Open(train, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, train, test);

(string Model, int Epochs)[] line =
[
    ("neocognitron", 0), ("three-layer", 10), ("mlp", 10), ("cnn", 5), ("neocognitron2003", 0), ("sift-fisher-svm", 0), ("resnet20", 5),
];
lesson.Print($"{"year",4}  {"recognizer",-18} {"numbers",11} {"accuracy",9}  {"seconds",7}");
var rows = new List<(string Model, int Year, double Accuracy)>();
foreach (var (model, epochs) in line)
{
    var watch = Stopwatch.StartNew();
    var options = new TrainOptions { Model = model };                       // 0 epochs: it learns from all images at once
    if (epochs > 0)
        options = options with { Epochs = lesson.Pick(epochs, 1), Augmentation = "none" };
    var recognizer = new Trainer(set, split, options).Run().Recognizer;
    double seconds = watch.Elapsed.TotalSeconds, accuracy = recognizer.Evaluate(set, split.Test).Accuracy;
    var entry = Catalogue.Find(model);
    rows.Add((model, entry.Year, accuracy));
    lesson.Print($"{entry.Year,4}  {model,-18} {recognizer.Network.StateDict().Sum(t => t.Tensor.Count),11:N0} {accuracy,9:P1}  {seconds,7:0}");
}

foreach (var (model, _, accuracy) in rows)
    lesson.Figure($"{model}: test accuracy", accuracy);
var chart = new Chart(("accuracy of seven recognizers", "7つの認識器の正解率"), (("year", "年"), 1978, 2018), (("test accuracy", "テスト正解率"), 0, 1));
foreach (var (model, year, accuracy) in rows)
    chart.Point(year, accuracy, $"{model}: {accuracy:P1}").Text(year, accuracy, model);
lesson.Show(chart, ("The year of the paper, and the accuracy here.", "論文の年と、ここでの正解率です。"));

// ## The contest that changed the field
// ja: ## 分野を変えた競技会
//
// ILSVRC asked for one of 1,000 classes; the figure is the share of images whose class is not among five answers.
// ja: ILSVRC は、1,000クラスから正解を選ぶ競技会です。5つの答えに正解が含まれない画像の割合(トップ5エラー率)で競います。
//
// - 2012: AlexNet, 15.3 %; the second, with Fisher vectors of SIFT, LBP, GIST and CSIFT, 26.2 %. The 17.0 % in
//   the chapter is AlexNet's figure on the images of 2010.
// - 2014: GoogLeNet won with 6.7 %; VGG was second with 7.3 %.
// - 2015: ResNet won with 3.6 %.
// ja: - 2012年: AlexNet が15.3%で優勝。SIFT、LBP、GIST、CSIFT の Fisher Vector を使った2位は26.2%でした。
//   講義にある17.0%は、2010年の画像に対する AlexNet の値です。
// - 2014年: GoogLeNet が6.7%で優勝し、VGG が7.3%で2位でした。
// - 2015年: ResNet が3.6%で優勝しました。
//
// Two more names: Caffe was written at Berkeley, and Adam is short for adaptive moment estimation.
// ja: 名称についても補足します。Caffe はカリフォルニア大学バークレー校で開発されました。Adam は adaptive moment estimation の略です。
//
// ## What came after
// ja: ## その後
//
// - **Attention** (Vaswani and others, 2017) mixes all places with all others; the Vision Transformer (Dosovitskiy and others, 2020) cuts
//   an image into patches, and uses nothing else.
// - **Learning without labels**: CLIP (Radford and others, 2021) learns images from their captions; masked autoencoders (He and others,
//   2021) fill in what was hidden.
// - **Convolutions again**: ConvNeXt (Liu and others, 2022) gives a ResNet the training of a transformer, and is as good.
// ja: - **注意機構**(Vaswani ほか、2017年)は、すべての場所を互いに混ぜ合わせます。Vision Transformer(Dosovitskiy ほか、2020年)は画像を小片
//   に切り、注意機構と全結合層だけで処理します。
// - **ラベルなしの学習**: CLIP(Radford ほか、2021年)は画像を説明文から学びます。Masked Autoencoder(He ほか、2021年)は、
//   隠された部分を補うことで学びます。
// - **再び畳み込みへ**: ConvNeXt(Liu ほか、2022年)は、ResNet を Transformer の方法で学習させ、同等の性能を示しました。
//
// The engine of this book has what they are made of: `Tensor.Attention`, `LayerNorm`, `Gelu`. The samples in `samples/OwnNetwork` begin
// with patches.
// ja: この本のエンジンには、その部品がそろっています。`Tensor.Attention`、`LayerNorm`、`Gelu` です。`samples/OwnNetwork` のサンプルは、
// 小片に切る方法から始まります。
//
// ## What to change
// ja: ## 変えてみよう
//
// - Add `kana-net`, Mekiki's own network, or `googlenet_small`. `mekiki models` lists them all.
// - Train on 365 images. Which line of descent does better with few?
// - Write a small Vision Transformer after `samples/OwnNetwork`.
// ja: - Mekiki 独自の `kana-net` や、`googlenet_small` を加えましょう。一覧は `mekiki models` で見られます。
// - 365枚で学習させましょう。画像が少ないときに強いのは、どの系統でしょうか。
// - `samples/OwnNetwork` を手本に、小さな Vision Transformer を書きましょう。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. A Vision Transformer with patches of 8x8: into how many patches does it cut an image of 48x48? `mekiki lesson check 14 ANSWER`
// 2. How many parameters has `three-layer` (48·48 pixels, 256 units, 73 classes)?
// ja: 1. 8x8の小片を使う Vision Transformer は、48x48の画像をいくつの小片に切りますか。`mekiki lesson check 14 答え`
// 2. `three-layer`(48·48ピクセル、256ユニット、73クラス)のパラメータはいくつありますか。

lesson.WritePage();
