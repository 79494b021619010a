using Mekiki.Autograd;

namespace Mekiki;

/// <summary>A part of a network: parameters, buffers and other modules, and what it computes.</summary>
/// <remarks>
/// A subclass names its parts in the constructor, under PyTorch's names, and writes <see cref="Forward"/>; callers write
/// <c>net[x]</c>. Weights are drawn by <see cref="Initialize"/>, or from seed 0 when they are first needed.
/// </remarks>
public abstract class Module
{
    private readonly List<(string Name, Tensor Tensor, bool IsParameter)> tensors = [];
    private readonly List<(string Name, Module Module)> children = [];
    private bool isDrawn;

    /// <summary>Computes the module's result; call it as <c>module[x]</c>.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>The module's result for <paramref name="x"/>.</summary>
    public Tensor this[Tensor x]
    {
        get
        {
            if (!Scope.IsInside)
                Draw(0, onlyMissing: true);
            return Scope.Call(this, x);
        }
    }

    /// <summary>Whether the module trains: batch norm uses the batch's statistics, dropout drops. True at first.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>The modules that this one is made of, in order, with their names.</summary>
    public IReadOnlyList<(string Name, Module Module)> Children => children;

    /// <summary>Goes to training mode, with all parts.</summary>
    public void Train() => SetTraining(true);

    /// <summary>Goes to evaluation mode, with all parts.</summary>
    public void Eval() => SetTraining(false);

    /// <summary>Draws all weights anew, as PyTorch's defaults are distributed; equal seeds give equal weights.</summary>
    public void Initialize(ulong seed) => Draw(seed, onlyMissing: false);

    /// <summary>All parameters with their names, such as <c>layer1.0.conv1.weight</c>, in PyTorch's order.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> NamedParameters()
    {
        Draw(0, onlyMissing: true);
        var all = new List<(string, Tensor)>();
        Collect("", all, buffers: false);
        return all;
    }

    /// <summary>All parameters, in PyTorch's order.</summary>
    public IReadOnlyList<Tensor> Parameters() => [.. NamedParameters().Select(p => p.Tensor)];

    /// <summary>All parameters and buffers under PyTorch's state-dict names, in its order. The tensors are the module's own.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> StateDict()
    {
        Draw(0, onlyMissing: true);
        var all = new List<(string, Tensor)>();
        Collect("", all, buffers: true);
        return all;
    }

    /// <summary>Copies values into all parameters and buffers.</summary>
    /// <param name="state">Tensors by name; each must be there with the right shape, and no others.</param>
    /// <param name="source">What the values come from, for messages: a file's name.</param>
    /// <exception cref="MekikiException">Names are missing or unknown, or shapes differ; all of them are named, and nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, string source = "state dict")
    {
        BeforeLoad(state);
        NamedTensors.Load(Layout(), "model", state, source, "Use weights of this very model.");
        MarkDrawn();
    }

    /// <summary>All parameters and buffers, for names and shapes: elements may be arbitrary still.</summary>
    internal IReadOnlyList<(string Name, Tensor Tensor)> Layout()
    {
        var all = new List<(string, Tensor)>();
        Collect("", all, buffers: true);
        return all;
    }

    /// <summary>How many numbers training changes.</summary>
    public long ParameterCount()
    {
        long count = 0;
        foreach (var (_, tensor, isParameter) in tensors)
            count += isParameter ? tensor.Count : 0;
        foreach (var (_, child) in children)
            count += child.ParameterCount();
        return count;
    }

    /// <summary>Ties random parts, such as dropout, to a step of a run: the same seed and step draw the same.</summary>
    public void BeginStep(ulong seed, long step)
    {
        ulong position = 0;
        Visit(module => module.OnStep(seed, step, position++));
    }

    /// <summary>Registers a module under its name in the state dict; returns it, for assignment to a field.</summary>
    protected T Child<T>(string name, T module) where T : Module
    {
        children.Add((name, module));
        return module;
    }

    /// <summary>Registers a parameter, which training changes. Its elements are arbitrary until <see cref="Draw(ref Generator)"/>.</summary>
    protected Tensor Parameter(string name, Shape shape)
    {
        var tensor = Tensor.Empty(shape).WithGrad();
        tensors.Add((name, tensor, true));
        return tensor;
    }

    /// <summary>Registers a buffer: a tensor that belongs to the state, but is not trained. A buffer of that name is replaced.</summary>
    protected Tensor RegisterBuffer(string name, Tensor tensor)
    {
        tensors.RemoveAll(t => t.Name == name);
        tensors.Add((name, tensor, false));
        return tensor;
    }

    /// <summary>Called on the module that is loaded, before names and shapes are compared: the place to register buffers anew whose size was learnt.</summary>
    /// <param name="state">What will be loaded; nothing in it is to be believed.</param>
    protected virtual void BeforeLoad(IReadOnlyDictionary<string, Tensor> state)
    {
    }

    /// <summary>Draws this module's own parameters, not those of its children.</summary>
    protected virtual void Draw(ref Generator generator)
    {
    }

    /// <summary>Called at the beginning of a step, see <see cref="BeginStep"/>.</summary>
    protected virtual void OnStep(ulong seed, long step, ulong position)
    {
    }

    private void Draw(ulong seed, bool onlyMissing)
    {
        if (onlyMissing && isDrawn)
            return;
        ulong position = 0;
        Visit(module =>
        {
            var generator = new Generator(seed, position++);
            if (!onlyMissing || !module.isDrawn)
                module.Draw(ref generator);
            module.isDrawn = true;
        });
    }

    private void MarkDrawn() => Visit(static module => module.isDrawn = true);

    private void SetTraining(bool on) => Visit(module => module.IsTraining = on);

    private void Visit(Action<Module> action)
    {
        action(this);
        foreach (var (_, child) in children)
            child.Visit(action);
    }

    private void Collect(string prefix, List<(string, Tensor)> all, bool buffers)
    {
        foreach (var (name, tensor, isParameter) in tensors)
            if (isParameter || buffers)
                all.Add((prefix + name, tensor));
        foreach (var (name, child) in children)
            child.Collect($"{prefix}{name}.", all, buffers);
    }
}
