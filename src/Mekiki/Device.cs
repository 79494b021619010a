namespace Mekiki;

/// <summary>Where a tensor's elements lie and are computed with.</summary>
/// <remarks>Today there is one: the processor that runs the program. Operations take tensors of one device.</remarks>
/// <example>
/// <code>
/// var device = Device.Find("cpu");
/// Console.WriteLine(x.Device == device);
/// </code>
/// </example>
public sealed record Device
{
    internal Device(string name) => Name = name;

    /// <summary>The processor that runs this program, in its memory.</summary>
    public static Device Cpu { get; } = new("cpu");

    /// <summary>The name, such as <c>cpu</c>.</summary>
    public string Name { get; }

    /// <summary>The device called <paramref name="name"/>.</summary>
    /// <param name="name">Such as <c>cpu</c>; case does not matter.</param>
    /// <exception cref="MekikiException">This program has no such device.</exception>
    public static Device Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.Equals(name, Cpu.Name, StringComparison.OrdinalIgnoreCase)
            ? Cpu
            : throw new MekikiException($"Device '{name}': expected a device that this program has (cpu), got one that it does not have. Use cpu.");
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
