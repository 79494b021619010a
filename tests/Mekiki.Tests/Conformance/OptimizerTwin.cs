namespace Mekiki.Tests.Conformance;

/// <summary>The optimizers' formulas, element by element in double precision, written a second time for the tests.</summary>
internal sealed class OptimizerTwin(string op, GoldenCase c, int count)
{
    private readonly double[] first = new double[count], second = new double[count];
    private readonly double rate = c.Arg("lr", 0), momentum = c.Arg("momentum", 0), epsilon = c.Arg("eps", 1e-8), alpha = c.Arg("alpha", 0.99);
    private readonly double decay = c.Arg("weight_decay", op == "optim_adamw" ? 0.01 : 0);
    private readonly double beta1 = c.Args.TryGetProperty("betas", out var b) ? b[0].GetDouble() : 0.9;
    private readonly double beta2 = c.Args.TryGetProperty("betas", out var b) ? b[1].GetDouble() : 0.999;
    private int step;

    /// <summary>The parameter after a step.</summary>
    public double[] Step(double[] p, float[] gradient)
    {
        step++;
        var after = new double[p.Length];
        for (int i = 0; i < p.Length; i++)
            after[i] = Step(i, p[i], gradient[i]);
        return after;
    }

    private double Step(int i, double p, double g)
    {
        if (op == "optim_adamw")
            p *= 1 - rate * decay;
        else
            g += decay * p;
        switch (op)
        {
            case "optim_sgd":
                first[i] = momentum * first[i] + g;
                return p - rate * (c.Flag("nesterov") ? g + momentum * first[i] : first[i]);
            case "optim_rmsprop":
                first[i] = alpha * first[i] + (1 - alpha) * g * g;
                second[i] = momentum * second[i] + g / (Math.Sqrt(first[i]) + epsilon);
                return p - rate * second[i];
            default:
                first[i] = beta1 * first[i] + (1 - beta1) * g;
                second[i] = beta2 * second[i] + (1 - beta2) * g * g;
                double mean = first[i] / (1 - Math.Pow(beta1, step)), square = second[i] / (1 - Math.Pow(beta2, step));
                return p - rate * mean / (Math.Sqrt(square) + epsilon);
        }
    }
}
