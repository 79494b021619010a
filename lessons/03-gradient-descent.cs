#:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
using Mekiki;
using Mekiki.Optimizers;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;

// # 3. Gradient descent: down the slope, step by step
// ja: # 3. 勾配降下法: 坂を一歩ずつ下る
//
// time: 2 s, quick 2 s
//
// Learning is walking downhill. The height is the loss, the place is the weights, and the gradient says where it goes up; so each step goes
// the other way. How far is the learning rate (学習率).
// ja: 学習とは、坂を下ることです。高さが損失、位置が重みにあたります。勾配は上る向きを示すので、その逆へ進みます。
// 一歩の大きさが学習率です。
//
//     w ← w - η ∇L(w)
//
// ## A long valley
// ja: ## 細長い谷
//
// The loss of this lesson has two weights, so that it can be drawn: L = a² + 100 b², a valley that curves a hundred times as sharply in one
// direction. It is the simplest case of what makes deep networks hard to train.
// ja: 図に描けるように、重みが2つの損失 L = a² + 100 b² を使います。一方の曲がり方が100倍急な谷です。
// 深いネットワークの学習を難しくする性質の、最も簡単な例です。

var lesson = Lesson.Begin(args);
const int Steps = 60;

static (float A, float B) Gradient(float a, float b) => (2 * a, 200 * b);

// Plain descent. With η = 0.0095 the steps overshoot in b again and again, and a still creeps.
// ja: 単純な降下法です。η = 0.0095 では、b の方向では行き過ぎを繰り返し、a の方向ではなかなか進みません。

List<(float A, float B)> Plain(float rate)
{
    var way = new List<(float A, float B)> { (4, 0.4f) };
    for (int i = 0; i < Steps; i++)
    {
        var (a, b) = way[^1];
        var (da, db) = Gradient(a, b);
        way.Add((a - rate * da, b - rate * db));
    }

    return way;
}

// Momentum keeps nine tenths of the last step, as a heavy ball would: what points to and fro cancels out, what points down the valley adds
// up.
// ja: モーメンタムは、重い球のように前の一歩の9割を保ちます。行き来する成分は打ち消し合い、谷を下る成分は積み重なります。

List<(float A, float B)> Momentum(float rate)
{
    var way = new List<(float A, float B)> { (4, 0.4f) };
    float va = 0, vb = 0;
    for (int i = 0; i < Steps; i++)
    {
        var (a, b) = way[^1];
        var (da, db) = Gradient(a, b);
        (va, vb) = (0.9f * va + da, 0.9f * vb + db);
        way.Add((a - rate * va, b - rate * vb));
    }

    return way;
}

// Adam, which the chapter uses, stands for adaptive moment estimation (Kingma and Ba, 2014): it divides the mean gradient of each weight by
// the root of its mean square, so that steep and flat directions get steps of one size.
// ja: 講義で使う Adam は adaptive moment estimation の略です(Kingma・Ba、2014年)。重みごとに、勾配の平均を二乗平均の平方根で割ります。
// そのため、急な方向でも緩やかな方向でも一歩の大きさがそろいます。

List<(float A, float B)> Adam(float rate)
{
    var way = new List<(float A, float B)> { (4, 0.4f) };
    float ma = 0, mb = 0, sa = 0, sb = 0;
    for (int t = 1; t <= Steps; t++)
    {
        var (a, b) = way[^1];
        var (da, db) = Gradient(a, b);
        (ma, mb) = (0.9f * ma + 0.1f * da, 0.9f * mb + 0.1f * db);
        (sa, sb) = (0.999f * sa + 0.001f * da * da, 0.999f * sb + 0.001f * db * db);
        float m = 1 - MathF.Pow(0.9f, t), s = 1 - MathF.Pow(0.999f, t);      // both begin at 0: this makes up for it
        way.Add((a - rate * (ma / m) / (MathF.Sqrt(sa / s) + 1e-8f), b - rate * (mb / m) / (MathF.Sqrt(sb / s) + 1e-8f)));
    }

    return way;
}

(Words Name, List<(float A, float B)> Way)[] ways =
[
    (("plain, η = 0.0095", "単純な降下法 η = 0.0095"), Plain(0.0095f)),
    (("momentum, η = 0.004", "モーメンタム η = 0.004"), Momentum(0.004f)),
    (("Adam, η = 0.2", "Adam η = 0.2"), Adam(0.2f)),
];
foreach (var (name, way) in ways)
    lesson.Print($"{name.English,-20} after {Steps} steps: a = {way[^1].A:0.0000}, b = {way[^1].B:0.0000}");

var map = new Sketch(("three ways down a valley", "谷を下る3つの道"), 620, 330);
foreach (double level in (double[])[0.5, 2, 5, 10, 17, 26, 37])
    map.Ellipse(290, 165, 60 * Math.Sqrt(level), 30 * Math.Sqrt(level));
for (int i = 0; i < ways.Length; i++)
    map.Walk([.. ways[i].Way.Select(p => (290 + 60.0 * p.A, 165 - 300.0 * p.B))], seconds: 10, style: i)
        .Dot(20, 20 + 20 * i, 5, i).Text(32, 24 + 20 * i, ways[i].Name);
lesson.Show(map, (
    "The three ways over the map of the loss, b drawn five times as large; the dots walk them in step.",
    "損失の等高線の上に描いた3つの道です。b は5倍に拡大しています。点は歩調をそろえて進みます。"));

var losses = new Chart(("loss by step", "ステップごとの損失"), (("step", "ステップ"), 0, Steps),
    (("log10 of the loss", "損失の常用対数"), -3, 2)) { HasLegendBelow = true };
foreach (var (name, way) in ways)
    losses.Line(name, way.Select((p, i) => ((double)i, Math.Log10(1e-9 + p.A * p.A + 100 * p.B * p.B))));
lesson.Show(losses, ("The loss of each step, on a logarithmic axis.", "各ステップの損失を対数軸で示します。"));

// ## The engine does the same
// ja: ## エンジンも同じ計算をする
//
// `Adam` of the engine takes any tensors. With the gradient from `Backward` instead of the one by hand, it goes the same way.
// ja: エンジンの `Adam` には、任意のテンソルを渡せます。手で求めた勾配の代わりに `Backward` の勾配を使っても、同じ道を通ります。

var w = Tensor.From([4, 0.4f]).WithGrad();
var steep = Tensor.From([1, 100]);
var optimizer = new Adam([w], new AdamOptions { LearningRate = 0.2 });
for (int i = 0; i < Steps; i++)
{
    var loss = (w * w * steep).Sum();
    optimizer.ZeroGrad();
    loss.Backward();
    optimizer.Step();
}

lesson.Print($"engine's Adam: a = {w.Values[0]:0.0000}, b = {w.Values[1]:0.0000}");
lesson.Print($"the same as by hand: {MathF.Abs(w.Values[0] - ways[2].Way[^1].A) < 1e-4f && MathF.Abs(w.Values[1] - ways[2].Way[^1].B) < 1e-4f}");

// ## What to change
// ja: ## 変えてみよう
//
// - Raise the rate of plain descent to 0.0099, to 0.01, to 0.0101.
// - Make the valley round: L = a² + b². Which of the three is the fastest now, and with which rate?
// - Give momentum 0.99 instead of 0.9, and watch the dot.
// ja: - 単純な降下法の学習率を 0.0099、0.01、0.0101 に上げてみましょう。
// - 谷を丸くして L = a² + b² としましょう。最も速いのはどれで、学習率はいくつでしょうか。
// - モーメンタムの係数を 0.9 から 0.99 に変え、点の動きを見ましょう。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. Above which learning rate does plain descent on L = a² + 100 b² move away from the valley's floor? `mekiki lesson check 3 ANSWER`
// 2. Plain descent on L = a², from a = 5, with a rate of 0.1: where is a after 10 steps, to four decimals?
// ja: 1. L = a² + 100 b² に対する単純な降下法は、学習率がいくつを超えると谷底から離れていきますか。`mekiki lesson check 3 答え`
// 2. L = a² で a = 5 から始め、学習率 0.1 で10ステップ進むと、a はいくつになりますか。小数第4位まで求めましょう。

lesson.WritePage();
