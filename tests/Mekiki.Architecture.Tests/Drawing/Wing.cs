namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>A frame with rooms: an assembly, or a folder of it with a frame of its own.</summary>
/// <param name="name">The assembly or the folder.</param>
/// <param name="about">What it is for.</param>
/// <param name="columns">How many rooms stand beside each other at most.</param>
/// <param name="storey">The height above the ground, of the assembly.</param>
internal sealed class Wing(string name, string about, int columns, int storey)
{
    public string Name => name;

    public string About => about;

    public int Columns => columns;

    public int Storey => storey;

    public double Left { get; set; }

    public double Width { get; set; }

    public double Top { get; set; }

    public double Height { get; set; }
}
