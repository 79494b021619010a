#:project ../src/Mekiki.Workbench/Mekiki.Workbench.csproj
using Mekiki;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;
using Mekiki.Workbench.Lessons;
using Mekiki.Workbench.Pictures;

// # 4. Data, loader and transforms
// ja: # 4. データ、データローダ、変換
//
// time: 3 s, quick 3 s
//
// The chapter writes a class `HiraganaDataset`: how many images there are, and the image and label of a number. Here that is
// `IImageSource`. The one at the end of this file draws its images itself: rings, crosses and bars, ten pixels here or there.
// ja: 講義では `HiraganaDataset` クラスを書きます。画像の枚数と、番号に対する画像とラベルを答えるクラスです。
// ここでは`IImageSource` がそれにあたります。このファイルの最後にあるクラスは、円、十字、横棒を、位置をずらしながら自分で描きます。

var lesson = Lesson.Begin(args);
var shapes = ImageSet.From(new Shapes(count: 300));
lesson.Print($"{shapes.Count} images of {string.Join(", ", shapes.Classes)}; {shapes.Shape}");

var drawn = new Tiles();
for (int i = 0; i < 12; i++)
    drawn.Add(shapes.Image(i), shapes.Shape, shapes.Classes[shapes.Labels[i]]);
lesson.Show(drawn, ("A data set of one's own.", "自分で作ったデータセットです。"));

// ## Training part and test part
// ja: ## 学習用とテスト用に分ける
//
// The chapter splits at random. A stratified split gives every class its share in both parts, and the seed makes it the same split
// tomorrow. No image may be in both: a network would be praised for what it remembers.
// ja: 講義ではデータを無作為に分割します。層化分割を使うと、どちらにも各クラスが同じ割合で入ります。シードを決めておけば、
// 明日も同じ分割になります。同じ画像が両方に入ってはいけません。覚えていただけで正解になってしまうからです。

var set = lesson.Open(train: 730, test: 146);
var split = Split.Stratified(set, seed: 0, trainCount: 600, testCount: 200);
lesson.Print($"{split.Train.Length} train, {split.Test.Length} test, {split.Train.Intersect(split.Test).Count()} in both");

// ## The loader makes batches
// ja: ## データローダはバッチを作る
//
// A network learns from several images at once. The loader mixes the images anew in every epoch, prepares them on other threads, and hands
// out tensors of (N, C, H, W). `Start` begins an epoch; `Next` without it is refused, with a message that says so.
// ja: ネットワークは、一度に数枚の画像から学習します。データローダはエポックごとに画像を並べ替え、別のスレッドで前処理し、(N, C, H, W)
// のテンソルを渡します。エポックは `Start` で始まります。`Start` の前に `Next` を呼ぶと、その旨のメッセージが出ます。

var loader = new Loader(set, split.Train, new Pipeline(new Grayscale(), new ToTensor()), new LoaderOptions { BatchSize = 32, Shuffle = true });
try
{
    loader.Next();
}
catch (InvalidOperationException e)
{
    lesson.Print(e.Message);
}

loader.Start(epoch: 0);
int batches = 0;
while (loader.Next() is { } batch)
{
    if (batches++ == 0)
        lesson.Print($"first batch {batch.ToTensor().Shape}, labels {string.Join(' ', batch.Labels[..8].ToArray().Select(l => set.Classes[(int)l]))} …");
    if (batch.Count < 32)
        lesson.Print($"last batch {batch.ToTensor().Shape}");
}

lesson.Print($"{batches} batches of {split.Train.Length} images");

// ## Transforms change images at random
// ja: ## 変換は画像をランダムに変える
//
// The chapter turns every training image by up to 90 degrees and scales it by 0.8 to 1.1, anew each time it is seen. So the network never
// sees the same pixels twice, and cannot learn them by rote. Which draw an image gets depends on the seed, the epoch and the image alone,
// never on threads.
// ja: 講義では、学習画像を見るたびに最大90度回転させ、0.8倍から1.1倍に拡大縮小します。同じピクセルの並びが二度と現れないので、
// 丸暗記ができません。乱数はシード、エポック、画像の番号だけで決まり、スレッドには左右されません。

var chapter = new Pipeline(new Grayscale(), new RandomAffine(DrawRange.Around(90), scale: new DrawRange(0.8, 1.1)), new ToTensor());
var gentle = new Pipeline(new Grayscale(), new RandomAffine(DrawRange.Around(8), translateX: 0.06, translateY: 0.06, fill: null), new ToTensor());
var tiles = new Tiles().Head((
    "one image, and what the chapter's transform makes of it in ten epochs",
    "元の画像と、講義の変換による10エポック分の画像"));
Row(chapter);
tiles.Head(("the same image, changed gently", "同じ画像を、弱く変えたもの"));
Row(gentle);
lesson.Show(tiles, (
    "Each epoch draws anew. Black corners are pixels from outside the image: a transform should ask what they shall be, as `fill: null` does below.",
    "エポックごとに新しく乱数を引きます。黒い隅は画像の外のピクセルです。下の行のように `fill: null` と書くと、画像の縁の色で埋まります。"));

void Row(Pipeline pipeline)
{
    var values = new float[set.Shape.Length];
    tiles.Add(set.Image(5), set.Shape, set.Classes[set.Labels[5]]);
    for (ulong epoch = 0; epoch < 10; epoch++)
    {
        var generator = new Generator(1, epoch);
        pipeline.Write(set.Image(5), set.Shape, ref generator, values);
        tiles.Add(values, set.Shape, $"{epoch}");
    }
}

// ## What to change
// ja: ## 変えてみよう
//
// - Let `Shapes` draw triangles, and give them a class.
// - Return an image of another size for number 7. What does `ImageSet.Skipped` say?
// - Use `new ElasticDistortion(…)` or `new RandomErasing(…)` in a pipeline.
// ja: - `Shapes` に三角形を描かせ、クラスを1つ増やしましょう。
// - 番号7だけ、壊れた画像を返してみましょう。`ImageSet.Skipped` には何が入りますか。
// - パイプラインに `new ElasticDistortion(…)` や `new RandomErasing(…)` を加えてみましょう。
//
// ## Exercises
// ja: ## 練習問題
//
// 1. The chapter tests on 10,000 images in batches of 32. How many batches are that? `mekiki lesson check 4 ANSWER`
// 2. How many images are in the last of them?
// ja: 1. 講義では10,000枚を32枚ずつに分けてテストします。バッチはいくつになりますか。`mekiki lesson check 4 答え`
// 2. 最後のバッチには何枚入りますか。

lesson.WritePage();

// ## The data set
// ja: ## データセットのクラス

/// <summary>Rings, crosses and bars on 24x24 pixels.</summary>
sealed class Shapes(int count) : IImageSource
{
    public string Name => "shapes";

    public IReadOnlyList<string> Classes => ["ring", "cross", "bar"];

    public int Count => count;

    public int LabelOf(int index) => index % 3;

    public ImageInput Read(int index)
    {
        var generator = new Generator(7, (ulong)index);
        int cx = 7 + generator.NextInt32(10), cy = 7 + generator.NextInt32(10);
        byte[] pixels = new byte[24 * 24];
        for (int y = 0; y < 24; y++)
            for (int x = 0; x < 24; x++)
            {
                double dx = Math.Abs(x - cx), dy = Math.Abs(y - cy), r = Math.Sqrt(dx * dx + dy * dy);
                bool ink = LabelOf(index) switch { 0 => r is > 4 and < 6.5, 1 => r < 7 && Math.Min(dx, dy) < 1.5, _ => dx < 7 && dy < 1.5 };
                pixels[24 * y + x] = ink ? (byte)30 : (byte)235;
            }

        return ImageInput.FromPixels(pixels, 24, 24, PixelFormat.Gray8);
    }
}
