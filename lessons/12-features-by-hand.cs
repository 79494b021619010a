#:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
using Mekiki;
using Mekiki.Layers;
using Mekiki.Optimizers;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;

// # 12. Features by hand: SIFT, Fisher vector, SVM
// ja: # 12. 手で設計した特徴: SIFT、Fisher Vector、SVM
//
// time: 60 s, quick 10 s
//
// When AlexNet won in 2012, the entry behind it was of the older line: features that people had designed, and a machine that learned only
// the last step. (That entry joined Fisher vectors of several descriptors; SIFT was one of them. And a word on the chapter's figures:
// AlexNet won with 15.3 % top-5 error against 26.2 %; 17.0 % is its figure on the set of 2010.) This lesson builds that line piece by
// piece.
// ja: AlexNet が優勝した2012年、2位は従来の流れをくむ手法でした。特徴は人が設計し、機械は最後の段階だけを学びます。(2位のチームは、SIFT を
// 含む数種類の特徴の Fisher Vector を組み合わせていました。なお、AlexNet が優勝したときのトップ5エラー率は15.3%で、2位が26.2%でした。
// 講義にある17.0%は、2010年のデータに対する値です。)ここでは、この手法を一つずつ組み立てます。

var lesson = Lesson.Begin(args);
var (train, test) = lesson.Pick((2_920, 1_460), (730, 365));
var set = lesson.Open(train, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, train, test);
int side = set.Shape.Width;
float[] Pixels(int image) => [.. set.Image(image).ToArray().Select(p => p / 255f)];

// ## SIFT: which way the strokes run
// ja: ## SIFT: 線の向きを数える
//
// A descriptor (特徴量) looks at a window of 4x4 cells. In each it counts the gradients of the image by eight directions. The counts say
// how strokes run, whatever the paper's tone. Here is the count of one cell, written out.
// ja: 特徴量は、4x4のセルからなる窓を見て、各セルで画像の勾配を8方向に分けて数えます。この数は線の向きを表し、紙の濃さには左右されません。
// まず、1つのセルの計算を書き下します。

float[] Cell(float[] image, int top, int left, int size)
{
    var counts = new float[8];
    for (int y = Math.Max(1, top); y < Math.Min(side - 1, top + size); y++)
        for (int x = Math.Max(1, left); x < Math.Min(side - 1, left + size); x++)
        {
            float dx = image[y * side + x + 1] - image[y * side + x - 1], dy = image[(y - 1) * side + x] - image[(y + 1) * side + x];
            int direction = (int)Math.Round(Math.Atan2(dy, dx) / (Math.PI / 4) + 8) % 8;     // 0: to the right, 2: up
            counts[direction] += MathF.Sqrt(dx * dx + dy * dy);
        }

    return counts;
}

int shown = split.Test[0];
var roses = new Sketch(("gradients by direction", "方向ごとの勾配"), 620, 310).Image(set.Image(shown), set.Shape, 5, 5, 300, 300);
float[] first = Pixels(shown);
float most = Enumerable.Range(0, 64).Max(c => Cell(first, c / 8 * 6, c % 8 * 6, 6).Max());
for (int c = 0; c < 64; c++)
{
    double cx = 315 + 300.0 / 8 * (c % 8 + 0.5), cy = 5 + 300.0 / 8 * (c / 8 + 0.5);
    float[] counts = Cell(first, c / 8 * 6, c % 8 * 6, 6);
    for (int d = 0; d < 8; d++)
        roses.Line(cx, cy, cx + 18 * counts[d] / most * Math.Cos(d * Math.PI / 4), cy - 18 * counts[d] / most * Math.Sin(d * Math.PI / 4));
}

lesson.Show(roses, (
    "An image, and the counts of its 8x8 cells: each line is a direction in which it grows lighter.",
    "画像と、8x8のセルごとの勾配です。線の向きは、明るくなる方向を表します。"));

// A descriptor is 4x4 such cells beside each other, 128 numbers; its root, with length 1, compares well (Lowe 2004; Arandjelović and
// Zisserman 2012). Windows without contrast are left out.
// ja: 隣り合う4x4のセルを並べた128個の数が、1つの特徴量です。平方根を取り、長さを1にそろえると、
// うまく比べられます(Lowe、2004年。Arandjelović・Zisserman、2012年)。濃淡のない窓は除きます。

const int Cells = 12, Windows = Cells - 3;      // cells of 4x4 pixels
(float[] Values, int Y, int X)[] Describe(int image)
{
    float[] pixels = Pixels(image);
    float[][] cells = [.. Enumerable.Range(0, Cells * Cells).Select(c => Cell(pixels, c / Cells * 4, c % Cells * 4, 4))];
    var windows = Enumerable.Range(0, Windows * Windows).Select(w => (Y: w / Windows, X: w % Windows))
        .Select(w => (Values: Enumerable.Range(0, 16).SelectMany(c => cells[(w.Y + c / 4) * Cells + w.X + c % 4]).ToArray(), w.Y, w.X)).ToArray();
    float least = 0.25f * windows.Max(w => w.Values.Sum());
    return [.. windows.Where(w => w.Values.Sum() > least).Select(w => (w.Values.Select(v => MathF.Sqrt(v / w.Values.Sum())).ToArray(), w.Y, w.X))];
}

lesson.Print($"{Describe(shown).Length} of {Windows * Windows} windows have contrast, 128 numbers each");

// ## A vocabulary: principal components and a mixture
// ja: ## 語彙: 主成分分析と混合ガウス分布
//
// 128 numbers are more than needed. The directions in which descriptors vary most are found by multiplying with their covariance again and
// again, and keeping the directions at right angles.
// ja: 128個の数には無駄が多くあります。最も大きく変化する方向は、共分散行列を繰り返し掛け、そのたびに方向を直交させると求まります。

const int D = 32, M = 16;
float[][] sample = [.. split.Train.Take(300).SelectMany(i => Describe(i).Where((_, n) => n % 3 == 0).Select(w => w.Values))];
var x = Tensor.From([.. sample.SelectMany(v => v)], [sample.Length, 128]);
var mean = x.Mean(0);                                                   // (128)
var centred = x - mean;
var covariance = centred.Transpose(0, 1).MatMul(centred) * (1f / sample.Length);
var start = new Generator(0);
var axes = Tensor.Normal([128, D], ref start);
for (int i = 0; i < 30; i++)
    axes = Orthogonal(covariance.MatMul(axes));                         // (128, D)

// Gram and Schmidt: from each direction, take away its share of those before it.
// ja: グラム・シュミットの方法で、各方向から、それより前の方向の成分を引きます。

static Tensor Orthogonal(Tensor q)
{
    float[][] rows = [.. q.Transpose(0, 1).ToArray().Chunk(128)];
    for (int k = 0; k < D; k++)
    {
        for (int j = 0; j < k; j++)
        {
            float share = rows[k].Zip(rows[j], (a, b) => a * b).Sum();
            rows[k] = [.. rows[k].Zip(rows[j], (a, b) => a - share * b)];
        }

        float length = MathF.Sqrt(rows[k].Sum(v => v * v));
        rows[k] = [.. rows[k].Select(v => v / length)];
    }

    return Tensor.From([.. rows.SelectMany(r => r)], [D, 128]).Transpose(0, 1);
}

// A mixture of 16 Gaussians says which descriptors are common: each is a visual word. Expectation: to which word does each descriptor
// belong? Maximization: the mean and variance of each word anew.
// ja: 16個のガウス分布の混合で、よく現れる特徴量を表します。1つのガウス分布が、視覚的な「単語」にあたります。Eステップで各特徴量がどの単語
// に属するかを求め、Mステップで各単語の平均と分散を求め直します。

var z = centred.MatMul(axes);                                           // (n, D)
var (weights, means) = (Tensor.Full([M], 1f / M), Tensor.From(z.Values[..(M * D)], [M, D]));
var variances = Tensor.Ones([M, 1]).MatMul((z * z).Mean(0).Reshape(1, D));
for (int i = 0; i < 25; i++)
{
    var shares = Shares(z);                                             // (n, M)
    var (s0, s1, s2) = Sums(shares, z);
    (weights, means) = (s0.Reshape(M) * (1f / z.Shape[0]), s1 / s0);
    variances = (s2 / s0 - means * means).Clamp(1e-4f, 1e4f);
}

Tensor Shares(Tensor z)
{
    var precision = variances.Reciprocal().Transpose(0, 1);           // (D, M)
    var distance = (z * z).MatMul(precision) - z.MatMul((means / variances).Transpose(0, 1)) * 2 + (means * means / variances).Sum(1);
    return (weights.Log() - variances.Log().Sum(1) * 0.5f - distance * 0.5f).Softmax(1);
}

(Tensor S0, Tensor S1, Tensor S2) Sums(Tensor shares, Tensor z) =>
    (shares.Sum(0).Reshape(M, 1), shares.Transpose(0, 1).MatMul(z), shares.Transpose(0, 1).MatMul(z * z));

lesson.Print($"{sample.Length:N0} descriptors; shares of the words: {string.Join(' ', weights.ToArray().Order().Reverse().Select(w => w.ToString("0.00")))}");

// ## The Fisher vector: how an image differs from the vocabulary
// ja: ## Fisher Vector: 語彙との違い
//
// For each word: how would the image's descriptors move its mean and its variance? 16 · 2 · 32 numbers, once for the whole image and once
// for each of its quarters; then roots, and length 1 (Sánchez and others, 2013).
// ja: 画像の特徴量は、各単語の平均と分散をどう動かすでしょうか。それを並べたものが Fisher Vector です。16 · 2 · 32個の数を、
// 画像全体と4分割した各部分について求め、平方根を取り、長さを1にそろえます(Sánchez ほか、2013年)。

float[] Encode(int image)
{
    var all = Describe(image);
    return [.. Enumerable.Range(0, 5).SelectMany(part => Part([.. all.Where(w => part == 0 || part - 1 == w.Y / 5 * 2 + w.X / 5).Select(w => w.Values)]))];

    float[] Part(float[][] descriptors)
    {
        if (descriptors.Length == 0)
            return new float[2 * M * D];
        var z = (Tensor.From([.. descriptors.SelectMany(v => v)], [descriptors.Length, 128]) - mean).MatMul(axes);
        var (s0, s1, s2) = Sums(Shares(z), z);
        var root = weights.Sqrt().Reshape(M, 1);
        var byMean = (s1 - means * s0) / (variances.Sqrt() * root);
        var byVariance = (s2 - means * s1 * 2 + (means * means - variances) * s0) / (variances * root * MathF.Sqrt(2));
        var vector = Tensor.Concatenate(0, byMean, byVariance);
        vector = vector.Sign() * vector.Abs().Sqrt();
        return (vector / (vector.Norm() + 1e-9f)).ToArray();
    }
}

Tensor EncodeAll(int[] images) => Tensor.From([.. images.SelectMany(Encode)], [images.Length, 10 * M * D]);
long[] LabelsOf(int[] images) => [.. images.Select(i => (long)set.Labels[i])];
var (trainVectors, testVectors) = (EncodeAll(split.Train), EncodeAll(split.Test));
lesson.Print($"{trainVectors.Shape[1]:N0} numbers for each image");

// ## Support vector machines: the only part that sees labels
// ja: ## SVM: ラベルを見る唯一の部分
//
// For each class a plane that keeps it from all others: what lies on the wrong side of the margin costs (1 - y·s)², what lies beyond it
// costs nothing, and short weights make the margin wide.
// ja: クラスごとに、他のすべてのクラスから分ける平面を求めます。余白(マージン)の内側に入ると (1 - y·s)² の損失が生じ、外側なら損失は0です。
// 重みが短いほど、余白は広くなります。

double Machine(Tensor rows, Tensor others)
{
    int classes = set.Classes.Count, length = rows.Shape[1];
    var svm = new Linear(length, classes, draw: Initialization.SmallNormal);
    var optim = new AdamW(svm, new AdamWOptions { LearningRate = 3e-3, WeightDecay = 0.01 });
    long[] labels = LabelsOf(split.Train);
    int[] order = [.. Enumerable.Range(0, labels.Length)];
    var generator = new Generator(1);
    for (int epoch = 0; epoch < 20; epoch++)
    {
        generator.Shuffle(order.AsSpan());
        foreach (int[] batch in order.Chunk(64))
        {
            var own = Tensor.From([.. batch.Select(n => labels[n])], [batch.Length]);
            var side = Tensor.OneHot(own, classes).To(DType.Float32) * 2 + -1;      // (n, K): 1 for its class, -1 for others
            var input = Tensor.From([.. batch.SelectMany(n => rows.Values.Slice(n * length, length).ToArray())], [batch.Length, length]);
            var slack = (svm[input] * side * -1 + 1).Relu();
            var loss = (slack * slack).Sum() * (1f / batch.Length);
            optim.ZeroGrad();
            loss.Backward();
            optim.Step();
        }
    }

    return (double)Evaluator.CountCorrect(svm[others], LabelsOf(split.Test)) / split.Test.Length;
}

lesson.Figure("test accuracy", Machine(trainVectors, testVectors));

// The same machine on plain pixels shows what the features are worth.
// ja: 同じ SVM にピクセルをそのまま渡すと、特徴の価値が分かります。

Tensor AllPixels(int[] images) => Tensor.From([.. images.SelectMany(Pixels)], [images.Length, side * side]);
lesson.Figure("on pixels: test accuracy", Machine(AllPixels(split.Train), AllPixels(split.Test)));
lesson.Print("Mekiki's own form of this lesson is the recognizer sift-fisher-svm; lesson 14 trains it.");

// ## What to change
// ja: ## 変えてみよう
//
// - Leave out the quarters: `Range(0, 1)` instead of `Range(0, 5)` in `Encode`. How much does the place of a stroke matter?
// - Take 4 words, or 64: `M`.
// - Train the network of lesson 6 on the same images. Who wins with few images, who with many?
// ja: - `Encode` の `Range(0, 5)` を `Range(0, 1)` に変え、4分割をやめましょう。線の位置はどれほど重要でしょうか。
// - 単語の数 `M` を4や64に変えましょう。
// - 同じ画像でレッスン6のネットワークを学習させましょう。画像が少ないとき、多いとき、それぞれどちらが勝ちますか。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. How many numbers has a Fisher vector of 16 words, 32 dimensions, and 5 cells (the whole and four quarters)?
//   `mekiki lesson check 12 ANSWER`
// 2. By how many percentage points did AlexNet win in 2012 (top-5 error)?
// ja: 1. 16単語、32次元、5セル(全体と4分割)の Fisher Vector は、いくつの数からなりますか。`mekiki lesson check 12 答え`
// 2. 2012年、AlexNet は2位に何ポイントの差をつけましたか。(トップ5エラー率)

lesson.WritePage();
