#:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
using Mekiki.Vision.Data;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;

// # 7. Reading mistakes
// ja: # 7. 間違いを読む
//
// time: 60 s, quick 8 s
//
// The chapter ends with one number, the accuracy. The images behind it say more: which characters are mixed up, whether the label is right,
// and what in the image decided. This lesson trains a network on few images, so that it errs, and then reads its mistakes.
// ja: 講義は、正解率という1つの数値で終わります。しかし、その裏にある画像のほうが多くを語ります。どの文字を混同したか、ラベルは正しいか、
// 画像のどこが決め手になったか。ここでは少ない画像で学習させてわざと間違えさせ、その間違いを読みます。

var lesson = Lesson.Begin(args);
var (train, test) = lesson.Pick((2_920, 2_920), (1_460, 730));
var set = lesson.Open(train, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, train, test);
var recognizer = new Trainer(set, split, new TrainOptions { Model = "cnn", Epochs = lesson.Pick(4, 2), Augmentation = "none" }).Run().Recognizer;
var result = recognizer.Evaluate(set, split.Test);
lesson.Figure("test accuracy", result.Accuracy);
lesson.Figure("balanced accuracy", result.BalancedAccuracy);
lesson.Print($"{result.Mistakes.Count:N0} mistakes in {result.Images:N0} images");

// ## The confusion matrix
// ja: ## 混同行列
//
// A row for each class, a column for each answer. On the diagonal the answers are right; every orange cell is a kind of mistake. The lines
// below count it by hand: it is a table, no more.
// ja: 行がクラス、列が答えです。対角線上は正解で、橙のマスはすべて間違いです。ここでは手で数えて表を作ります。混同行列は、
// ただの表にすぎません。

var counts = new int[set.Classes.Count, set.Classes.Count];
foreach (int i in split.Test)
    counts[set.Labels[i], set.Labels[i]]++;                             // as if all were right
foreach (var mistake in result.Mistakes)
{
    int label = set.Labels[mistake.Index], predicted = set.Classes.ToList().IndexOf(mistake.Predicted);
    counts[label, label]--;
    counts[label, predicted]++;
}

lesson.Show(new Matrix(set.Classes, counts), (
    "Point at a cell to read it. Cells near the diagonal are neighbours in the syllabary, such as は, ば, ぱ: the same strokes, with other marks.",
    "マスを指すと内容が出ます。対角線の近くは「は・ば・ぱ」のように、形が同じで濁点や半濁点だけが異なる文字です。"));
foreach (var pair in result.MostConfused.Take(8))
    lesson.Print($"{pair.Label} → {pair.Predicted}: {pair.Count}");

// ## The sheet
// ja: ## 間違いの一覧
//
// Sure and wrong: these images are worth a look. Some are hard for you too; in scanned sets some carry a wrong label, and a list like this
// finds them.
// ja: 自信があるのに間違えた画像です。見る価値があります。人にも難しいものがあるでしょう。スキャンしたデータではラベル自体が誤っていること
// もあり、このような一覧で見つかります。

var sheet = new Tiles();
foreach (var mistake in result.Mistakes.Take(32))
    sheet.Add(set.Image(mistake.Index), set.Shape, $"{mistake.Label} → {mistake.Predicted} {mistake.Probability:P0}", isBad: true);
lesson.Show(sheet, (
    "The 32 surest mistakes: label → answer, and its probability.",
    "最も自信のあった間違い32件です。ラベル → 答えと、その確率を示します。"));

// ## What decided
// ja: ## 決め手はどこか
//
// Cover a small patch of the image: if the score falls, the patch spoke for the answer. That is occlusion. Integrated gradients asks the
// same of every pixel, along a way from an empty image to this one (Sundararajan and others, 2017). Both compare the answer with the label.
// ja: 画像の一部を隠し、スコアが下がれば、そこが答えの根拠です。これを遮蔽法と呼びます。積分勾配法は、
// 空の画像から元の画像へ至る道に沿って、同じことをピクセルごとに調べます(Sundararajan ほか、2017年)。どちらも、答えと正解ラベルを比べます。

var maps = new Tiles(side: 96);
foreach (var method in (ExplanationMethod[])[ExplanationMethod.Occlusion, ExplanationMethod.IntegratedGradients])
{
    maps.Head(method == ExplanationMethod.Occlusion ? ("occlusion", "遮蔽法") : ("integrated gradients", "積分勾配法"));
    foreach (var mistake in result.Mistakes.Take(6))
    {
        var image = recognizer.Prepare(ImageInput.FromPixels(set.Image(mistake.Index).ToArray(), set.Shape.Width, set.Shape.Height, PixelFormat.Gray8));
        var explanation = Explainer.Explain(recognizer, image, new() { Method = method, Label = mistake.Predicted, Against = mistake.Label });
        maps.AddColours(HeatPicture.Heat(image, recognizer.Preprocessing, explanation), set.Shape.Width, $"{mistake.Predicted} ↔ {mistake.Label}");
    }
}

lesson.Show(maps, (
    "Orange speaks for the answer, blue for the label. Often it is one mark: where a ゛ should be, or should not.",
    "橙は間違った答えの根拠、青は正解ラベルの根拠です。濁点があるべき場所など、1か所が決め手になることがよくあります。"));

// ## What to change
// ja: ## 変えてみよう
//
// - Train on ten times as many images. Which confusions are left?
// - Print `result.WorstClasses`. Is the worst class rare, or is it hard?
// - Use `ExplanationMethod.HiResCam`, and compare the maps.
// ja: - 学習画像を10倍にしましょう。どの混同が残りますか。
// - `result.WorstClasses` を表示しましょう。最も悪いクラスは、枚数が少ないのでしょうか、それとも難しいのでしょうか。
// - `ExplanationMethod.HiResCam` を使い、図を比べましょう。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. How many cells of a confusion matrix of 73 classes are mistakes? `mekiki lesson check 7 ANSWER`
// 2. The chapter's network is right on 0.504 of 10,000 images. How many images are wrong?
// ja: 1. 73クラスの混同行列で、間違いを表すマスはいくつありますか。`mekiki lesson check 7 答え`
// 2. 講義のCNNの正解率は、10,000枚に対して0.504です。間違えた画像は何枚ですか。

lesson.WritePage();
