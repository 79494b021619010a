using System.Globalization;
using Mekiki;
using OwnParts;

// A network of which every part is the user's own: a layer with its own gradient, a loss, an optimizer and a schedule.
// It learns from two inputs whether they lie on the same side of a plane. Exit code 0: gradients are right, and it has learned.

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var net = new Pair();
net.Initialize(seed: 1);
double error = GradientCheck.LargestError(net, Batch(step: 0));
Console.WriteLine($"gradients: {error:g2} off the finite differences, at most 0.01");

const int Steps = 300;
var optimizer = new SignMomentum(net, learningRate: 0.01);
var schedule = new Triangle(Highest: 0.01, Steps);
float first = 0, last = 0;
for (int step = 0; step < Steps; step++)
{
    optimizer.LearningRate = schedule.LearningRateAt(step);
    var (left, right, target) = Batch(step);
    var loss = OwnLoss.SquaredHinge(net[(left, right)], target);
    optimizer.ZeroGrad();
    loss.Backward();
    optimizer.Step();
    (first, last) = (step == 0 ? loss.Item() : first, loss.Item());
    if (step % 50 == 0 || step == Steps - 1)
        Console.WriteLine($"step {step,3}: learning rate {optimizer.LearningRate:f4}, loss {last:f4}");
}

bool isRight = error <= 0.01, hasLearned = last < first / 2;
Console.WriteLine(isRight && hasLearned ? "All right." : $"Wrong: the gradients are {(isRight ? "right" : "wrong")}, the loss went from {first:f4} to {last:f4}.");
return isRight && hasLearned ? 0 : 1;

// 64 pairs of points; 1 where both lie on one side of the plane through 0, else -1.
static (Tensor Left, Tensor Right, Tensor Target) Batch(int step)
{
    var generator = new Generator(7, (ulong)step);
    Tensor left = Tensor.Normal([64, 4], ref generator), right = Tensor.Normal([64, 4], ref generator);
    var target = new float[64];
    for (int i = 0; i < target.Length; i++)
        target[i] = Side(left, i) == Side(right, i) ? 1 : -1;
    return (left, right, Tensor.From(target, [64, 1]));

    static bool Side(Tensor x, int row) => x.Values[4 * row] + x.Values[4 * row + 1] > 0;
}
