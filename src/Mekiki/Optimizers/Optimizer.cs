using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Optimizers;

/// <summary>Changes parameters by their gradients, one step at a time.</summary>
/// <remarks>
/// <code>
/// var loss = Loss.Nll(net[x], labels);
/// optimizer.ZeroGrad();
/// loss.Backward();
/// optimizer.Step();
/// </code>
/// Formulas and defaults are PyTorch's. The same steps give the same bits on any number of threads.
/// </remarks>
public abstract class Optimizer
{
    private const int LongestPerParameter = 3;
    private readonly (string Name, Tensor Tensor)[] parameters;
    private readonly string?[] slots;
    private readonly Tensor?[] first, second;
    private readonly long[] counts;
    private readonly UpdateTerm[] terms;
    private readonly NetworkLocks networks;

    /// <param name="parameters">What is trained, with the names that the state is saved under.</param>
    /// <param name="learningRate">At first.</param>
    /// <param name="firstSlot">The name of the first array kept for each parameter, as in PyTorch's state; null: none is kept.</param>
    /// <param name="secondSlot">The name of the second.</param>
    private protected Optimizer(IEnumerable<(string Name, Tensor Tensor)> parameters, double learningRate, string? firstSlot, string? secondSlot)
    {
        var known = new HashSet<Tensor>();
        this.parameters = [.. parameters.Where(p => known.Add(p.Tensor))];
        if (this.parameters.Length == 0)
            throw new MekikiException($"{GetType().Name}: expected parameters to train, got none. Give it a model that has some.");
        foreach (var (name, tensor) in this.parameters)
            if (tensor.Node is not null || tensor.DType != DType.Float32)
                throw new MekikiException($"{GetType().Name}: expected parameters that no operation made, of float32, got {name} {tensor.Shape}, {(tensor.Node is null ? "of integers" : "a result")}.");
        LearningRate = learningRate;
        slots = [firstSlot, secondSlot];
        first = Array.ConvertAll(this.parameters, p => State(p.Tensor, firstSlot));
        second = Array.ConvertAll(this.parameters, p => State(p.Tensor, secondSlot));
        counts = new long[this.parameters.Length];
        terms = new UpdateTerm[this.parameters.Length];
        networks = NetworkLocks.Of(this.parameters.Select(p => p.Tensor));
    }

    /// <summary>How far a step goes, 0 or more; set it before each step to follow a schedule.</summary>
    /// <exception cref="MekikiException">It is negative or not a number.</exception>
    public double LearningRate
    {
        get;
        set => field = Ranges.NotNegative(value, "Learning rate");
    }

    /// <summary>How many steps were made.</summary>
    public long StepCount { get; private set; }

    /// <summary>Changes all parameters that have a gradient.</summary>
    public void Step()
    {
        using var use = networks.EnterWrite();
        StepCount++;
        int count = 0;
        for (int i = 0; i < parameters.Length; i++)
        {
            var tensor = parameters[i].Tensor;
            if (tensor.GradOrNull is not { } gradient)
                continue;
            var (rate, correction) = RateAt(++counts[i]);
            terms[count++] = new(tensor.Data, gradient.Data, first[i]?.Data, second[i]?.Data, (float)rate, (float)correction);
        }

        if (count > 0)
            parameters[0].Tensor.Backend.Update(Rule, terms.AsSpan(0, count));
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var (_, tensor) in parameters)
            tensor.ZeroGrad();
    }

    /// <summary>What a run needs, beside the parameters and the learning rate, to go on as if it had not stopped: <c>step</c>, and for each parameter for instance <c>fc1.weight.exp_avg</c>. The arrays are the optimizer's own.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> StateDict()
    {
        var all = new List<(string, Tensor)>(1 + LongestPerParameter * parameters.Length) { ("step", Tensor.From([StepCount], [])) };
        for (int i = 0; i < parameters.Length; i++)
        {
            all.Add(($"{parameters[i].Name}.step", Tensor.From([counts[i]], [])));
            if (first[i] is { } a)
                all.Add(($"{parameters[i].Name}.{slots[0]}", a));
            if (second[i] is { } b)
                all.Add(($"{parameters[i].Name}.{slots[1]}", b));
        }

        return all;
    }

    /// <summary>Goes back to a saved state.</summary>
    /// <param name="state">Tensors by name, as <see cref="StateDict"/> gives them; each must be there with the right shape, and no others.</param>
    /// <param name="source">What the values come from, for messages: a file's name.</param>
    /// <exception cref="MekikiException">Names are missing or unknown, or shapes differ; all of them are named, and nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, string source = "state dict")
    {
        ArgumentNullException.ThrowIfNull(state);
        NamedTensors.Load(StateDict(), "optimizer", state, source, $"Use the state of {GetType().Name} on this very model.");
        StepCount = state["step"].Integers[0];
        for (int i = 0; i < parameters.Length; i++)
            counts[i] = state[$"{parameters[i].Name}.step"].Integers[0];
    }

    /// <summary>The formula and its constants at the learning rate of now.</summary>
    private protected abstract UpdateRule Rule { get; }

    /// <summary>The learning rate, and the correction of the second array, for a parameter's own step, 1, 2, ….</summary>
    private protected virtual (double Rate, double Correction) RateAt(long step) => (LearningRate, 1);

    /// <summary>Names for parameters that came without: 0, 1, 2, ….</summary>
    private protected static IEnumerable<(string Name, Tensor Tensor)> Numbered(IEnumerable<Tensor> parameters) =>
        parameters.Select((tensor, i) => (i.ToString(System.Globalization.CultureInfo.InvariantCulture), tensor));

    private static Tensor? State(Tensor parameter, string? slot)
    {
        if (slot is null)
            return null;
        var tensor = Tensor.Empty(parameter.Shape, parameter.Layout);
        tensor.Backend.Fill(tensor.Data, 0);
        return tensor;
    }
}
