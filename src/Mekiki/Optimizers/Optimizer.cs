using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

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
public abstract unsafe class Optimizer
{
    private const int LongestPerParameter = 3;
    private readonly (string Name, Tensor Tensor)[] parameters;
    private readonly string?[] slots;
    private readonly Tensor?[] first, second;
    private readonly Tensor[] counts;
    private readonly Tensor steps = Tensor.From([0L], []);
    private readonly Storage targets;

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
        counts = Array.ConvertAll(this.parameters, _ => Tensor.From([0L], []));
        targets = Storage.Bytes((long)this.parameters.Length * sizeof(UpdateTarget));
    }

    /// <summary>How far a step goes, 0 or more; set it before each step to follow a schedule.</summary>
    /// <exception cref="MekikiException">It is negative or not a number.</exception>
    public double LearningRate
    {
        get;
        set => field = Ranges.NotNegative(value, "Learning rate");
    }

    /// <summary>How many steps were made.</summary>
    public long StepCount => *steps.IntegerPointer;

    /// <summary>Changes all parameters that have a gradient.</summary>
    public void Step()
    {
        ++*steps.IntegerPointer;
        var all = (UpdateTarget*)targets.Pointer;
        int count = 0;
        for (int i = 0; i < parameters.Length; i++)
        {
            var tensor = parameters[i].Tensor;
            if (tensor.GradOrNull is not { } gradient)
                continue;
            ref var target = ref all[count++];
            target.Value = tensor.Pointer;
            target.Gradient = gradient.Pointer;
            target.First = first[i] is { } a ? a.Pointer : null;
            target.Second = second[i] is { } b ? b.Pointer : null;
            target.Count = tensor.Count;
            Prepare(ref target, ++*counts[i].IntegerPointer);
            tensor.ForgetCopies();
            first[i]?.ForgetCopies();
            second[i]?.ForgetCopies();
        }

        Update(all, count);
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var (_, tensor) in parameters)
            tensor.ZeroGrad();
    }

    /// <summary>What a run needs, beside the parameters and the learning rate, to go on as if it had not stopped: <c>step</c>, and for each parameter for instance <c>fc1.weight.exp_avg</c>. The tensors are the optimizer's own.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> StateDict()
    {
        var all = new List<(string, Tensor)>(1 + LongestPerParameter * parameters.Length) { ("step", steps) };
        for (int i = 0; i < parameters.Length; i++)
        {
            all.Add(($"{parameters[i].Name}.step", counts[i]));
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
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, string source = "state dict") =>
        NamedTensors.Load(StateDict(), "optimizer", state, source, $"Use the state of {GetType().Name} on this very model.");

    /// <summary>Sets what depends on how often this parameter was updated.</summary>
    private protected virtual void Prepare(ref UpdateTarget target, long step)
    {
    }

    private protected abstract void Update(UpdateTarget* targets, int count);

    /// <summary>Names for parameters that came without: 0, 1, 2, ….</summary>
    private protected static IEnumerable<(string Name, Tensor Tensor)> Numbered(IEnumerable<Tensor> parameters) =>
        parameters.Select((tensor, i) => (i.ToString(System.Globalization.CultureInfo.InvariantCulture), tensor));

    private static Tensor? State(Tensor parameter, string? slot)
    {
        if (slot is null)
            return null;
        var tensor = Tensor.Empty(parameter.Shape, parameter.ChannelsLast);
        new Span<float>(tensor.Pointer, tensor.Count).Clear();
        return tensor;
    }
}
