using System.Globalization;
using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Optimizers;

/// <summary>Changes parameters by their gradients, one step at a time.</summary>
/// <remarks>Formulas and defaults are PyTorch's. The same steps give the same bits on any number of threads.</remarks>
/// <example>
/// <code>
/// var loss = Loss.CrossEntropy(net[x], labels);
/// optimizer.ZeroGrad();
/// loss.Backward();
/// optimizer.Step();
/// </code>
/// An optimizer of one's own derives from this class and overrides <see cref="Update"/>:
/// <code>
/// sealed class SignDescent(Module model) : Optimizer(model, learningRate: 0.01, weightDecay: 0, "mean")
/// {
///     protected override void Update(ParameterStep step)
///     {
///         step["mean"].CopyFrom(step["mean"] * 0.9f + step.Gradient * 0.1f);
///         step.Parameter.CopyFrom(step.Parameter - step["mean"].Sign() * (float)step.LearningRate);
///     }
/// }
/// </code>
/// </example>
public abstract class Optimizer
{
    private readonly (string Name, Tensor Tensor)[] parameters;
    private readonly Group[] groups;
    private readonly string[] slots;
    private readonly Tensor[][] state;
    private readonly long[] counts;
    private readonly UpdateTerm[] terms;
    private readonly NetworkLocks networks;
    private readonly double firstRate;

    /// <summary>Trains all parameters of a model.</summary>
    /// <param name="model">What is trained; the state is saved under its names.</param>
    /// <param name="learningRate">At first, 0 or more.</param>
    /// <param name="weightDecay">Given to <see cref="Update"/>, which decides what it means; 0 or more.</param>
    /// <param name="state">The names of the tensors that are remembered for each parameter, such as <c>momentum</c>; see <see cref="ParameterStep"/>.</param>
    /// <exception cref="ArgumentException">The model has no parameters, or the names of the state are not different.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate or the weight decay is negative or not a number.</exception>
    protected Optimizer(Module model, double learningRate, double weightDecay = 0, params ReadOnlySpan<string> state)
        : this(GroupedParameters.Of(model, []), learningRate, weightDecay, state)
    {
    }

    /// <summary>Trains all parameters of a model, of which those in groups have numbers of their own.</summary>
    /// <param name="model">What is trained; the state is saved under its names.</param>
    /// <param name="groups">Some or all of the model's parameters, each in one group at most.</param>
    /// <param name="learningRate">At first, 0 or more; of parameters whose group has none of its own.</param>
    /// <param name="weightDecay">Of parameters whose group has none of its own, 0 or more.</param>
    /// <param name="state">The names of the tensors that are remembered for each parameter, such as <c>momentum</c>; see <see cref="ParameterStep"/>.</param>
    /// <exception cref="ArgumentException">The model has no parameters, one is in two groups or not in the model, a group has a learning rate of its own and <paramref name="learningRate"/> is 0, or the names of the state are not different.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate or the weight decay is negative or not a number.</exception>
    protected Optimizer(Module model, IEnumerable<ParameterGroup> groups, double learningRate, double weightDecay = 0, params ReadOnlySpan<string> state)
        : this(GroupedParameters.Of(model, groups), learningRate, weightDecay, state)
    {
    }

    /// <summary>Trains the parameters of the given groups; in the saved state they are called 0, 1, 2, ….</summary>
    /// <param name="groups">One or more; each parameter in one of them.</param>
    /// <param name="learningRate">At first, 0 or more.</param>
    /// <param name="weightDecay">Given to <see cref="Update"/>, which decides what it means; 0 or more.</param>
    /// <param name="state">The names of the tensors that are remembered for each parameter, such as <c>momentum</c>; see <see cref="ParameterStep"/>.</param>
    /// <exception cref="ArgumentException">There is no parameter, one is in two groups, an operation made one, a group has a learning rate of its own and <paramref name="learningRate"/> is 0, or the names of the state are not different.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate or the weight decay is negative or not a number.</exception>
    protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, double weightDecay = 0, params ReadOnlySpan<string> state)
        : this(GroupedParameters.Of(groups), learningRate, weightDecay, state)
    {
    }

    /// <summary>Trains the given tensors; in the saved state they are called 0, 1, 2, ….</summary>
    /// <param name="parameters">Tensors that no operation made.</param>
    /// <param name="learningRate">At first, 0 or more.</param>
    /// <param name="weightDecay">Given to <see cref="Update"/>, which decides what it means; 0 or more.</param>
    /// <param name="state">The names of the tensors that are remembered for each parameter, such as <c>momentum</c>; see <see cref="ParameterStep"/>.</param>
    /// <exception cref="ArgumentException">There are none, an operation made one, or the names of the state are not different.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate or the weight decay is negative or not a number.</exception>
    protected Optimizer(IEnumerable<Tensor> parameters, double learningRate, double weightDecay = 0, params ReadOnlySpan<string> state)
        : this(GroupedParameters.Of(parameters), learningRate, weightDecay, state)
    {
    }

    /// <param name="grouped">What is trained, with the names that the state is saved under.</param>
    /// <param name="learningRate">At first.</param>
    /// <param name="weightDecay">Of groups without their own.</param>
    /// <param name="state">The names of the arrays kept for each parameter, as in PyTorch's state.</param>
    private protected Optimizer(GroupedParameters grouped, double learningRate, double weightDecay, params ReadOnlySpan<string> state)
    {
        parameters = grouped.Parameters;
        if (parameters.Length == 0)
            throw new ArgumentException($"{GetType().Name}: expected parameters to train, got none. Give it a model that has some.");
        foreach (var (name, tensor) in parameters)
            if (tensor.Node is not null || tensor.DType != DType.Float32)
                throw new ArgumentException($"{GetType().Name}: expected parameters that no operation made, of float32, got {name} {tensor.Shape}, {(tensor.Node is null ? "of integers" : "a result")}.");
        LearningRate = firstRate = learningRate;
        Ranges.NotNegative(weightDecay, "Weight decay");
        groups = new Group[grouped.Groups.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            var (group, count) = grouped.Groups[i];
            if (group?.LearningRate is not null && learningRate == 0)
                throw new ArgumentException($"{GetType().Name}: expected a learning rate above 0 where a group has its own, which follows it in proportion, got 0. Give the optimizer the highest of the groups' learning rates.");
            groups[i] = new Group(count, group?.LearningRate, group?.WeightDecay ?? weightDecay);
        }

        slots = Slots(state);
        this.state = Array.ConvertAll(parameters, p => Array.ConvertAll(slots, _ => Zeros(p.Tensor)));
        counts = new long[parameters.Length];
        terms = new UpdateTerm[parameters.Length];
        networks = NetworkLocks.Of(parameters.Select(p => p.Tensor));
    }

    /// <summary>How far a step goes, 0 or more; set it before each step to follow a schedule. Groups with a learning rate of their own follow in proportion.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double LearningRate
    {
        get;
        set => field = Ranges.NotNegative(value, "Learning rate");
    }

    /// <summary>How many steps were made.</summary>
    public long StepCount { get; private set; }

    /// <summary>How many groups of parameters there are. Those that were given come in their order; what is in none of them makes one more, the last.</summary>
    public int GroupCount => groups.Length;

    /// <summary>The learning rate of a group, now.</summary>
    /// <param name="group">0 for the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such group.</exception>
    public double LearningRateOf(int group)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(group);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(group, groups.Length);
        // At first exactly what was given; later in proportion.
        return groups[group].LearningRate is not { } own ? LearningRate : LearningRate == firstRate ? own : LearningRate * (own / firstRate);
    }

    /// <summary>Changes all parameters that have a gradient.</summary>
    public void Step()
    {
        using var use = networks.EnterWrite();
        StepCount++;
        int from = 0;
        for (int g = 0; g < groups.Length; g++)
        {
            double rate = LearningRateOf(g), decay = groups[g].WeightDecay;
            int to = from + groups[g].Count;
            if (RuleOf(rate, decay) is { } rule)
                Step(rule, rate, from, to);
            else
                for (int i = from; i < to; i++)
                    Step(i, rate, decay);
            from = to;
        }
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
        var all = new List<(string, Tensor)>(1 + (1 + slots.Length) * parameters.Length) { ("step", Tensor.From([StepCount], [])) };
        for (int i = 0; i < parameters.Length; i++)
        {
            all.Add(($"{parameters[i].Name}.step", Tensor.From([counts[i]], [])));
            for (int s = 0; s < slots.Length; s++)
                all.Add(($"{parameters[i].Name}.{slots[s]}", state[i][s]));
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
        ArgumentNullException.ThrowIfNull(source);
        NamedTensors.Load(StateDict(), "optimizer", state, source, $"Use the state of {GetType().Name} on the same model.");
        StepCount = state["step"].Integers[0];
        for (int i = 0; i < parameters.Length; i++)
            counts[i] = state[$"{parameters[i].Name}.step"].Integers[0];
    }

    /// <summary>Changes one parameter; what an optimizer of one's own overrides. Called at each step for each parameter that has a gradient, in order, on the thread that called <see cref="Step()"/>.</summary>
    /// <param name="step">The parameter, its gradient, and what is remembered of it.</param>
    /// <remarks>Nothing is recorded inside, and what operations make inside is freed at the end: keep tensors in <paramref name="step"/>, under names that the constructor announces.</remarks>
    /// <exception cref="NotSupportedException">A derived class does not override it.</exception>
    protected virtual void Update(ParameterStep step) => throw new NotSupportedException($"{GetType().Name}: expected an override of Update, got none. Write one.");

    /// <summary>The formula and its constants of a built-in optimizer; null: <see cref="Update"/> is the formula.</summary>
    private protected virtual UpdateRule? RuleOf(double learningRate, double weightDecay) => null;

    /// <summary>The learning rate, and the correction of the second array, for a parameter's own step, 1, 2, ….</summary>
    private protected virtual (double Rate, double Correction) RateAt(double learningRate, long step) => (learningRate, 1);

    private void Step(in UpdateRule rule, double learningRate, int from, int to)
    {
        int count = 0;
        for (int i = from; i < to; i++)
        {
            var tensor = parameters[i].Tensor;
            if (tensor.GradOrNull is not { } gradient)
                continue;
            var (rate, correction) = RateAt(learningRate, ++counts[i]);
            var own = state[i];
            terms[count++] = new(tensor.Data, gradient.Data, own.Length > 0 ? own[0].Data : null, own.Length > 1 ? own[1].Data : null, (float)rate, (float)correction);
        }

        if (count > 0)
            parameters[from].Tensor.Backend.Update(rule, terms.AsSpan(0, count));
    }

    private void Step(int i, double learningRate, double weightDecay)
    {
        var (name, tensor) = parameters[i];
        if (tensor.GradOrNull is not { } gradient)
            return;
        using var off = Gradients.Off();
        using var inside = Scope.Begin();
        Update(new ParameterStep(GetType().Name, name, tensor, gradient, slots, state[i]) { Count = ++counts[i], LearningRate = learningRate, WeightDecay = weightDecay });
    }

    private string[] Slots(ReadOnlySpan<string> names)
    {
        string[] all = names.ToArray();
        for (int i = 0; i < all.Length; i++)
            if (string.IsNullOrEmpty(all[i]) || all[i] == "step" || Array.IndexOf(all, all[i]) < i)
                throw new ArgumentException($"{GetType().Name}: expected states with different names, none of them 'step', got '{all[i]}'. Choose another name.");
        return all;
    }

    private static Tensor Zeros(Tensor parameter)
    {
        var tensor = Tensor.Empty(parameter.Shape, parameter.Layout);
        tensor.Backend.Fill(tensor.Data, 0);
        return tensor;
    }

    /// <summary>So many parameters, and what they have of their own.</summary>
    private readonly record struct Group(int Count, double? LearningRate, double WeightDecay);
}

/// <summary>Parameters in the order of their groups; each once.</summary>
internal sealed class GroupedParameters
{
    private GroupedParameters(List<(string, Tensor)> parameters, List<(ParameterGroup?, int)> groups) => (Parameters, Groups) = ([.. parameters], [.. groups]);

    /// <summary>The parameters and their names.</summary>
    public (string Name, Tensor Tensor)[] Parameters { get; }

    /// <summary>The groups, and how many parameters each has; null: parameters in no group.</summary>
    public (ParameterGroup? Group, int Count)[] Groups { get; }

    /// <summary>Tensors without groups, under the names 0, 1, 2, ….</summary>
    public static GroupedParameters Of(IEnumerable<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Plain([.. Numbered(parameters)]);
    }

    /// <summary>Groups whose parameters are called 0, 1, 2, ….</summary>
    public static GroupedParameters Of(IEnumerable<ParameterGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ParameterGroup[] all = [.. groups];
        return Of(Numbered(all.SelectMany(g => g?.Parameters ?? throw new ArgumentNullException(nameof(groups)))), all);
    }

    /// <summary>All parameters of a model; those in no group come last.</summary>
    public static GroupedParameters Of(Module model, IEnumerable<ParameterGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(groups);
        ParameterGroup[] all = [.. groups];
        return all.Length == 0 ? Plain(model.NamedParameters()) : Of(model.NamedParameters(), all);
    }

    private static GroupedParameters Of(IEnumerable<(string Name, Tensor Tensor)> named, ParameterGroup[] groups)
    {
        var names = new Dictionary<Tensor, string>();
        var order = new List<Tensor>();
        foreach (var (name, tensor) in named)
            if (names.TryAdd(tensor, name))
                order.Add(tensor);
        var parameters = new List<(string, Tensor)>();
        var counts = new List<(ParameterGroup?, int)>();
        var used = new HashSet<Tensor>();
        foreach (var group in groups)
        {
            ArgumentNullException.ThrowIfNull(group, nameof(groups));
            foreach (var tensor in group.Parameters)
            {
                if (!names.TryGetValue(tensor, out string? name))
                    throw new ArgumentException($"Parameter groups: expected parameters of the model, got one of shape {tensor.Shape} that is not. Take it out.");
                if (!used.Add(tensor))
                    throw new ArgumentException($"Parameter groups: expected each parameter in one group, once, got {name} {tensor.Shape} twice. Take it out of one.");
                parameters.Add((name, tensor));
            }

            counts.Add((group, group.Parameters.Count));
        }

        int before = parameters.Count;
        foreach (var tensor in order)
            if (used.Add(tensor))
                parameters.Add((names[tensor], tensor));
        if (parameters.Count > before)
            counts.Add((null, parameters.Count - before));
        return new GroupedParameters(parameters, counts);
    }

    private static GroupedParameters Plain(IEnumerable<(string Name, Tensor Tensor)> named)
    {
        var known = new HashSet<Tensor>();
        List<(string, Tensor)> parameters = [.. named.Where(p => known.Add(p.Tensor ?? throw new ArgumentNullException(nameof(named))))];
        return new GroupedParameters(parameters, [(null, parameters.Count)]);
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Numbered(IEnumerable<Tensor> parameters) =>
        parameters.Select((tensor, i) => (i.ToString(CultureInfo.InvariantCulture), tensor));
}
