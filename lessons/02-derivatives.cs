#:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
using Mekiki;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;

// # 2. Derivatives: how a network knows in which direction to change
// ja: # 2. 微分: ネットワークはどの向きに変わればよいかをどう知るか
//
// time: 2 s, quick 2 s
//
// A network learns by small changes of its weights. The derivative says what such a change does to the result. The chapter's first cell
// asks for the derivative of x³ at x = 2, and so does this one.
// ja: ネットワークは、重みを少しずつ変えながら学習します。その変化が結果をどう動かすかを教えてくれるのが微分です。
// 講義の最初のセルは x = 2 における x³ の微分を求めます。ここでも同じことをします。
//
//     dy/dx = 3x² = 12

var lesson = Lesson.Begin(args);

var x = Tensor.From([2]).WithGrad();     // (1): the engine notes what is done with it
var y = x * x * x;                       // (1)
lesson.Print($"The value of y = f(x) is {y.Item():0.0}");

y.Backward();
lesson.Print($"The value of dy/dx is {x.Grad!.Item():0.0}");

// ## Is it true?
// ja: ## 本当でしょうか
//
// A derivative is a slope. Go a little to the left and a little to the right, and divide the height by the way: with a smaller way the
// quotient comes nearer to 12, until the digits of a `float` run out.
// ja: 微分は傾きです。少し左と少し右へ動き、高さの差を動いた幅で割ります。幅を小さくすると商は12に近づきますが、
// やがて `float`の桁が足りなくなります。

foreach (float step in (float[])[1, 0.1f, 0.01f, 0.001f, 0.00001f])
{
    float slope = (Cube(2 + step) - Cube(2 - step)) / (2 * step);
    lesson.Print($"step {step,-8} slope {slope:0.0000}");
}

static float Cube(float x) => x * x * x;

lesson.Show(new Chart(("x³ and its tangent at 2", "x³ と x = 2 での接線"), ("x", 0, 3), ("y", -16, 27), height: 260)
    .Line("y = x³", Enumerable.Range(0, 61).Select(i => (i / 20.0, Math.Pow(i / 20.0, 3))))
    .Line(("tangent: y = 8 + 12 (x - 2)", "接線: y = 8 + 12 (x - 2)"), [(0.7, 8 + 12 * (0.7 - 2)), (3, 8 + 12 * (3 - 2))])
    .Point(2, 8, "(2, 8)"),
    ("At x = 2 the tangent touches the curve; its slope is the derivative, 12.", "x = 2 で接線は曲線に触れます。その傾きが微分の値12です。"));

// ## How Backward does it
// ja: ## Backward のしくみ
//
// Each operation knows its own derivative, and the chain rule multiplies them on the way back. The class `Number` at the end of this file
// is all there is to it: a value, a gradient, and a function that hands the gradient on to the operands.
// ja: 各演算は自分の微分を知っており、連鎖律に従って、戻りながらそれらを掛け合わせます。このファイルの最後にある `Number` クラスがそのすべ
// てです。値、勾配、そして勾配を被演算子へ渡す関数だけでできています。

var own = new Number(2);
var cube = own * own * own;
cube.Backward();
lesson.Print($"Number: y = {cube.Value:0.0}, dy/dx = {own.Gradient:0.0}");

// ## What to change
// ja: ## 変えてみよう
//
// - Give `Number` a sine: the gradient of sin x is cos x. Compare it with `Tensor.Sin`.
// - Use `own` twice in a sum, `own * own + own`. Why must `Gradient` be added to, and not set?
// - Call `y.Backward()` a second time, and read the message.
// ja: - `Number` に正弦関数を加えましょう。sin x の微分は cos x です。`Tensor.Sin` と比べてください。
// - `own * own + own` のように、`own` を和の中で2回使ってみましょう。`Gradient` に代入せず、足し込むのはなぜでしょうか。
// - `y.Backward()` をもう一度呼び、表示されるメッセージを読んでみましょう。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. What is the derivative of (3x² - 2x)³ at x = 2? Do it by the chain rule, then let the engine say it. `mekiki lesson check 2 ANSWER`
// 2. f = x·y + y² at x = 3, y = 4: what is ∂f/∂y?
// ja: 1. x = 2 における (3x² - 2x)³ の微分はいくつですか。まず連鎖律で求め、次にエンジンで確かめましょう。`mekiki lesson check 2 答え`
// 2. f = x·y + y² のとき、x = 3、y = 4 における ∂f/∂y はいくつですか。

lesson.WritePage();

// ## The class
// ja: ## Number クラス

/// <summary>A number that remembers how it was made.</summary>
sealed class Number(double value, Action<double>? handOn = null)
{
    public double Value => value;

    public double Gradient { get; private set; }

    public static Number operator +(Number a, Number b) => new(a.Value + b.Value, g => { a.Take(g); b.Take(g); });

    public static Number operator *(Number a, Number b) => new(a.Value * b.Value, g => { a.Take(g * b.Value); b.Take(g * a.Value); });

    public void Backward() => Take(1);

    private void Take(double gradient)
    {
        Gradient += gradient;       // a number that is used twice gets both
        handOn?.Invoke(gradient);
    }
}
