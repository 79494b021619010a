#:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;

// # 13. The Neocognitron, cell by cell
// ja: # 13. ネオコグニトロンを細胞から
//
// time: 60 s, quick 15 s
//
// Fukushima Kunihiko published the first deep convolutional network in 1980, at NHK's laboratories. It has no gradient: S-cells learn
// features by being active, and C-cells forgive a feature its exact place. This lesson builds one cell of each kind, and then looks into a
// whole network.
// ja: 福島邦彦氏は1980年、NHKの研究所で、畳み込みを重ねた最初の深いネットワークを発表しました。勾配は使いません。S細胞は活動しながら特徴を
// 学び、C細胞は特徴の位置のずれを許します。ここでは、それぞれの細胞を1つずつ作り、その後でネットワーク全体の中を見ます。

var lesson = Lesson.Begin(args);

// ## An S-cell: excited by its feature, inhibited by everything
// ja: ## S細胞: 特徴に興奮し、すべてに抑制される
//
// The cell has weights a, learned from an example. It is inhibited by v, the root of the mean square of all that it receives. Only where
// the input points the same way as the weights does excitation win: it measures an angle, not a brightness.
// ja: 細胞は、手本から学んだ重み a を持ちます。抑制 v は、受け取る入力すべての二乗平均の平方根です。興奮が勝つのは、
// 入力の向きが重みの向きとそろったときだけです。つまり、明るさではなく角度を測っています。
//
//     s = r · max(0, (1 + Σ a·u) / (1 + r/(1 + r) · b·v) − 1)

float SCell(float[] a, float[] u, float r)
{
    double excitation = a.Zip(u, (w, x) => w * x).Sum();
    double v = Math.Sqrt(u.Average(x => x * x));
    double b = a.Sum(w => w * w) / Math.Sqrt(a.Average(w => w * w));        // so that its own feature just balances at r → ∞
    return (float)(r * Math.Max(0, (1 + excitation) / (1 + r / (1 + r) * b * v) - 1));
}

float[] upright = [0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0];
(Words Name, float[] Input)[] inputs =
[
    (("its feature", "手本の特徴"), upright),
    (("fainter", "薄い"), [.. upright.Select(x => x / 2)]),
    (("shorter", "短い"), [.. upright.Select((x, i) => i < 5 ? 0 : x)]),
    (("shifted", "ずれた"), [.. upright.Select((_, i) => i % 5 == 3 ? 1f : 0)]),
    (("lying", "横向き"), [.. upright.Select((_, i) => i / 5 == 2 ? 1f : 0)]),
    (("all ink", "全面"), [.. upright.Select(_ => 1f)]),
];
float[] weights = [.. upright.Select(x => 4 * x)];
var cells = new Tiles(side: 56);
foreach (var (name, input) in inputs)
    cells.AddSigned(input, 5, ($"{name.English}: {SCell(weights, input, r: 4):0.00}", $"{name.Japanese}: {SCell(weights, input, r: 4):0.00}"), largest: 1);
lesson.Show(cells, (
    "An S-cell that learned an upright stroke, and what it answers to six inputs. More ink than the feature silences it.",
    "縦線を学んだS細胞と、6種類の入力への応答です。特徴以外のインクが多いと、細胞は黙ります。"));

// ## A C-cell: anywhere in its area
// ja: ## C細胞: 受容野のどこでもよい
//
// A C-cell sums S-cells of one feature over an area, weak at the border, and saturates: sum / (α + sum). A stroke may move by a pixel, and
// the C-cell hardly notices. This became pooling.
// ja: C細胞は、同じ特徴を見るS細胞の応答を受容野で足し合わせます。縁に近いほど重みは弱く、和は 和 / (α + 和) と飽和します。
// 線が1ピクセル動いても、C細胞の応答はほとんど変わりません。これが後のプーリングになりました。

float CCell(float[] s, int shift)
{
    double sum = 0;
    for (int i = 0; i < 5; i++)
        sum += Math.Exp(-(i - 2) * (i - 2) / 4.5) * (i - shift is >= 0 and < 5 ? s[i - shift] : 0);
    return (float)(sum / (0.5 + sum));
}

float own = SCell(weights, upright, r: 4);
lesson.Print("the stroke moves by:   0     1     2     3     4 pixels");
lesson.Print($"the S-cell:         {string.Join(' ', Enumerable.Range(0, 5).Select(d => (d == 0 ? own : 0).ToString("0.00").PadLeft(5)))}");
lesson.Print($"the C-cell:         {string.Join(' ', Enumerable.Range(0, 5).Select(d => CCell([0, 0, own, 0, 0], d).ToString("0.00").PadLeft(5)))}");

// ## A whole network
// ja: ## ネットワーク全体
//
// Three stages of S- and C-cells. It learns without labels: of the S-cells that see the same place, the strongest adds what it sees to its
// weights, and all cells of its plane get the same weights. So each plane becomes a feature.
// ja: S細胞とC細胞の段が3つ続きます。学習にラベルは使いません。同じ場所を見るS細胞のうち、最も強く応答したものが、
// 見えたものを重みに加えます。同じ面の細胞はすべて同じ重みになるので、1つの面が1つの特徴を表すようになります。

var (train, test) = lesson.Pick((2_920, 1_460), (730, 365));
var set = lesson.Open(train, test);
var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0, train, test);
Recognizer Learn(string model) => new Trainer(set, split, new TrainOptions { Model = model }).Run().Recognizer;

var neocognitron = Learn("neocognitron");
ImageInput Input(ReadOnlySpan<byte> pixels) => ImageInput.FromPixels(pixels.ToArray(), set.Shape.Width, set.Shape.Height, PixelFormat.Gray8);
int shown = split.Test.Take(100).MaxBy(i => neocognitron.Features(neocognitron.Prepare(Input(set.Image(i)))).ToArray().Max());
var stages = new Tiles(side: 48);
stages.Add(set.Image(shown), set.Shape, set.Classes[set.Labels[shown]]);
foreach (var (layer, maps) in FeatureMaps.Of(neocognitron, neocognitron.Prepare(Input(set.Image(shown)))))
{
    float[][] planes = [.. maps.ToArray().Chunk(maps.Shape[2] * maps.Shape[3]).OrderByDescending(p => p.Max())];
    stages.Head((
        $"{layer}: the strongest of {planes.Length} planes of {maps.Shape[2]}x{maps.Shape[3]}",
        $"{layer}: {maps.Shape[2]}x{maps.Shape[3]}の面{planes.Length}枚のうち、応答の強いもの"));
    foreach (float[] plane in planes.Take(12))
        stages.AddSigned(plane, maps.Shape[3]);
}

lesson.Show(stages, (
    "What the cells answer to the character that excites the top most: S-cells sharply, C-cells softly, on ever coarser planes.",
    "最上段を最も強く興奮させた文字に対する、細胞の応答です。S細胞は鋭く、C細胞はぼんやりと応答し、面は段ごとに粗くなります。"));

// ## 1980 and 2003
// ja: ## 1980年と2003年
//
// Its 24 top cells can name at most 24 of 73 classes, and what they learned nobody chose. Fukushima went on for decades: later forms teach
// edges, add a cell wherever all are silent, and compare with labelled references. (Mekiki's `neocognitron2003` is built as in 2003, with
// learning rules of 2007 and 2013.)
// ja: 最上段の細胞は24個なので、73クラスのうち最大24しか見分けられません。何を学ぶかも、誰も選んでいません。
// 福島氏はその後数十年にわたり改良を続けました。後の形では、縁を教え、すべての細胞が黙る場所に細胞を加え、
// ラベル付きの参照と比べます。(Mekiki の`neocognitron2003` は2003年の構造に、2007年と2013年の学習則を用いています。)

lesson.Figure("1980: test accuracy", neocognitron.Evaluate(set, split.Test).Accuracy);
lesson.Figure("2003: test accuracy", Learn("neocognitron2003").Evaluate(set, split.Test).Accuracy);

// ## What to change
// ja: ## 変えてみよう
//
// - Lower r in `SCell` to 1. Which inputs does the cell now answer to?
// - Widen the C-cell's area. What is lost when it is too wide?
// - Look at the stages of `neocognitron2003`: its first planes are edges in 16 directions.
// ja: - `SCell` の r を1に下げましょう。細胞はどの入力に応答するようになりますか。
// - C細胞の受容野を広げましょう。広すぎると何が失われますか。
// - `neocognitron2003` の各段を見ましょう。最初の面は16方向の縁です。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. In which year did the Neocognitron's paper appear in Biological Cybernetics? `mekiki lesson check 13 ANSWER`
// 2. The first stage has 24 planes of 16x16 S-cells. How many S-cells are that?
// ja: 1. ネオコグニトロンの論文が Biological Cybernetics に掲載されたのは何年ですか。`mekiki lesson check 13 答え`
// 2. 第1段には、16x16のS細胞の面が24枚あります。S細胞はいくつありますか。

lesson.WritePage();
