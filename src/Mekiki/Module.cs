using Mekiki.Autograd;

namespace Mekiki;

/// <summary>A part of a network: parameters, buffers and other modules, and what it computes.</summary>
/// <remarks>
/// A subclass names its parts in the constructor, under PyTorch's names, and writes <see cref="Forward"/>; callers write
/// <c>net[x]</c>. Weights are drawn by <see cref="Initialize"/>, or from seed 0 when they are first needed.
/// Threads: any number of threads may call one module in evaluation mode at once; the results are the same bits as on one thread.
/// A forward pass without gradients (<see cref="Gradients.Off"/>) may run beside the training of the same network: it sees the weights
/// as they are between two steps. One thread at a time trains a network; any number of networks train at once.
/// </remarks>
/// <example>
/// <code>
/// sealed class Mlp : Module
/// {
///     private readonly Linear fc1, fc2;
///
///     public Mlp()
///     {
///         fc1 = Child("fc1", new Linear(784, 128));
///         fc2 = Child("fc2", new Linear(128, 10));
///     }
///
///     public override Tensor Forward(Tensor x) => fc2[fc1[x].Relu()];     // (N, 784) -> (N, 10)
/// }
/// </code>
/// <code>
/// var mlp = new Mlp();
/// mlp.Initialize(seed: 1);
/// var logits = mlp[x.Flatten()];      // (N, 1, 28, 28) -> (N, 10)
/// </code>
/// </example>
public abstract class Module
{
    private readonly List<(string Name, Tensor Tensor, bool IsParameter)> tensors = [];
    private readonly List<(string Name, Module Module)> children = [];
    private readonly Lock drawing = new();
    private NetworkLock? networkLock;
    private Module? parent;
    private bool isTraining = true;
    private volatile bool isDrawn;

    /// <summary>Computes the module's result; call it as <c>module[x]</c>.</summary>
    /// <exception cref="MekikiException">The module cannot take a tensor of this shape or element type.</exception>
    public abstract Tensor Forward(Tensor x);

    /// <summary>The module's result for <paramref name="x"/>.</summary>
    /// <exception cref="MekikiException">The module cannot take a tensor of this shape or element type.</exception>
    public Tensor this[Tensor x]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(x);
            DrawMissing();
            return Scope.Call(this, x);
        }
    }

    /// <summary>Another computation of the module than <see cref="Forward"/>, such as its features, under the same rules: inner results are freed at its end, and beside a training it sees the weights as they are between two steps.</summary>
    /// <typeparam name="TInput">What it takes.</typeparam>
    /// <typeparam name="TOutput">What it returns: a tensor, a tuple or a collection of tensors.</typeparam>
    /// <param name="input">Given to <paramref name="forward"/>.</param>
    /// <param name="forward">Computes the result of the module's parts.</param>
    public TOutput Call<TInput, TOutput>(TInput input, Func<TInput, TOutput> forward)
    {
        ArgumentNullException.ThrowIfNull(forward);
        DrawMissing();
        return Scope.Call(this, input, forward);
    }

    /// <summary>Whether the module trains: batch norm uses the batch's statistics, dropout drops. True at first.</summary>
    public bool IsTraining => isTraining && !EvaluationMode.IsOn;

    /// <summary>
    /// Whether a forward pass leaves nothing of what it takes and returns with the module: no field and no list holds it. Between such parts
    /// <see cref="Layers.Sequential"/> frees a result as soon as the next part has read it, where no gradients are recorded, so that the next
    /// layer finds its memory in the processor's caches. True for the library's own layers; others may say so.
    /// </summary>
    public virtual bool KeepsNothing => GetType() is { IsSealed: true } type && type.Assembly == typeof(Module).Assembly;

    /// <summary>The modules that this one is made of, in order, with their names.</summary>
    public IReadOnlyList<(string Name, Module Module)> Children => children;

    /// <summary>Goes to training mode, with all parts.</summary>
    public void Train() => SetTraining(true);

    /// <summary>Goes to evaluation mode, with all parts.</summary>
    public void Eval() => SetTraining(false);

    /// <summary>Draws all weights anew, as PyTorch's defaults are distributed; equal seeds give equal weights.</summary>
    public void Initialize(ulong seed)
    {
        using var use = Root.Lock.Enter(writes: true);
        lock (drawing)
            Draw(seed, onlyMissing: false);
    }

    /// <summary>All parameters with their names, such as <c>layer1.0.conv1.weight</c>, in PyTorch's order; one that several parts share comes once, under its first name.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> NamedParameters()
    {
        DrawMissing();
        var all = new List<(string Name, Tensor Tensor)>();
        Collect("", all, buffers: false);
        var known = new HashSet<Tensor>();
        all.RemoveAll(p => !known.Add(p.Tensor));
        return all;
    }

    /// <summary>All parameters, in PyTorch's order; one that several parts share comes once.</summary>
    public IReadOnlyList<Tensor> Parameters() => [.. NamedParameters().Select(p => p.Tensor)];

    /// <summary>All parameters and buffers under PyTorch's state-dict names, in its order. The tensors are the module's own.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> StateDict()
    {
        DrawMissing();
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
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(source);
        using var use = Root.Lock.Enter(writes: true);
        BeforeLoad(state);
        NamedTensors.Load(Layout(), "model", state, source, "Use weights of the same network with the same sizes.");
        MarkDrawn();
    }

    /// <summary>The names and shapes of all that <see cref="StateDict"/> gives, in its order. It draws no weights, so it is quick for large networks too.</summary>
    public IReadOnlyList<(string Name, Shape Shape)> StateShapes() => [.. Layout().Select(t => (t.Name, t.Tensor.Shape))];

    /// <summary>How many numbers training changes.</summary>
    public long ParameterCount()
    {
        long count = 0;
        var known = new HashSet<Tensor>();
        Visit(module =>
        {
            foreach (var (_, tensor, isParameter) in module.tensors)
                if (isParameter && known.Add(tensor))
                    count += tensor.Count;
        });
        return count;
    }

    /// <summary>Ties random parts, such as dropout, to a step of a run: the same seed and step draw the same.</summary>
    public void BeginStep(ulong seed, long step) => BeginStep(seed, step, part: 0);

    /// <summary>Ties random parts, such as dropout, to one part of a step's batch: the same seed, step and part draw the same, whatever was computed before.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="step">0 for the first.</param>
    /// <param name="part">Which part of the batch the next pass takes, 0 for the first. Part 0 draws what a whole batch draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is negative.</exception>
    public void BeginStep(ulong seed, long step, int part)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        // A network has fewer modules than fit below.
        ulong position = (ulong)part << 32;
        Visit(module => module.OnStep(seed, step, position++));
    }

    /// <summary>Registers a module under its name in the state dict; returns it, for assignment to a field.</summary>
    /// <param name="name">Unlike all other names of this module.</param>
    /// <param name="module">May stand under several names: then its weights are shared.</param>
    /// <exception cref="ArgumentException">The name is empty, another part has it, or the module contains this one.</exception>
    protected T Child<T>(string name, T module) where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        CheckName(name);
        bool isCircle = false;
        module.Visit(part => isCircle |= part == this);
        if (isCircle)
            throw new ArgumentException($"{GetType().Name}: expected a part that does not contain the module itself, got one that does under '{name}'. Take it out.", nameof(module));
        module.parent ??= this;
        children.Add((name, module));
        return module;
    }

    /// <summary>Registers a parameter, which training changes. Its elements are arbitrary until <see cref="Draw(ref Generator)"/>.</summary>
    /// <exception cref="ArgumentException">The name is empty, or another part has it.</exception>
    protected Tensor Parameter(string name, Shape shape)
    {
        CheckName(name);
        var tensor = Tensor.OfModule(this, shape).WithGrad();
        tensors.Add((name, tensor, true));
        return tensor;
    }

    /// <summary>Registers a buffer: a tensor that belongs to the state, but is not trained. A buffer of that name is replaced.</summary>
    /// <exception cref="ArgumentException">The name is empty, or another part has it, which is not a buffer.</exception>
    protected Tensor RegisterBuffer(string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensors.RemoveAll(t => t.Name == name && !t.IsParameter);
        CheckName(name);
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

    /// <summary>Called at the beginning of a step, or of a part of it, see <see cref="BeginStep(ulong, long, int)"/>.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="step">0 for the first.</param>
    /// <param name="position">Of the module in its network and of the part in the step's batch: draws of others have another.</param>
    protected virtual void OnStep(ulong seed, long step, ulong position)
    {
    }

    /// <summary>The outermost module that this one is a part of.</summary>
    internal Module Root
    {
        get
        {
            var root = this;
            while (root.parent is { } outer)
                root = outer;
            return root;
        }
    }

    /// <summary>Keeps predictions and changes of the weights apart; that of the <see cref="Root"/> counts.</summary>
    internal NetworkLock Lock => networkLock ?? LazyInitializer.EnsureInitialized(ref networkLock, static () => new NetworkLock());

    /// <summary>To be called when another module's forward pass calls this one: one that nobody registered would never be trained or saved.</summary>
    /// <exception cref="MekikiException">It has parameters to train, and belongs to no module.</exception>
    internal void CheckRegistered()
    {
        if (parent is not null || !Gradients.AreOn || !IsTraining)
            return;
        bool hasParameters = false;
        Visit(module => hasParameters |= module.tensors.Any(t => t.IsParameter && t.Tensor.RequiresGrad));
        if (hasParameters)
            throw new InvalidOperationException($"{GetType().Name}: expected a part that its network has registered, got one that it has not, so that it would be neither trained nor saved. In the network's constructor write: layer = Child(\"layer\", new {GetType().Name}(…)).");
    }

    // For names and shapes: elements may be arbitrary still.
    private List<(string Name, Tensor Tensor)> Layout()
    {
        var all = new List<(string, Tensor)>();
        Collect("", all, buffers: true);
        return all;
    }

    private void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (tensors.Any(t => t.Name == name) || children.Any(c => c.Name == name))
            throw new ArgumentException($"{GetType().Name}: expected a name of its own for each part, got '{name}' twice. Choose another for the second.", nameof(name));
    }

    // From the outermost module on, so that every part draws from the same place whichever part is called first.
    private protected void DrawMissing()
    {
        if (isDrawn)
            return;
        var root = Root;
        lock (root.drawing)
            if (!isDrawn)
                root.Draw(0, onlyMissing: true);
    }

    private void Draw(ulong seed, bool onlyMissing)
    {
        ulong position = 0;
        Visit(module =>
        {
            var generator = new Generator(seed, position++);
            if (!onlyMissing || !module.isDrawn)
                module.Draw(ref generator);
        });
        // The parts first: who finds a module drawn must find its parts drawn too.
        Visit(static module => module.isDrawn = true, partsFirst: true);
    }

    private void MarkDrawn() => Visit(static module => module.isDrawn = true, partsFirst: true);

    private void SetTraining(bool on) => Visit(module => module.isTraining = on);

    private void Visit(Action<Module> action, bool partsFirst = false)
    {
        if (!partsFirst)
            action(this);
        foreach (var (_, child) in children)
            child.Visit(action, partsFirst);
        if (partsFirst)
            action(this);
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
