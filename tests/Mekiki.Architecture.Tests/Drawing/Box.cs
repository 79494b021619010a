namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>A room in the drawing, or rooms that use each other in a circle, beside each other in one frame.</summary>
/// <param name="name">The room, or the first of them.</param>
/// <param name="rooms">All of them.</param>
/// <param name="wing">Where it stands.</param>
internal sealed class Box(string name, IReadOnlyList<string> rooms, Wing wing)
{
    public const double TextSize = 12, LineHeight = 15, Padding = 10;

    public string Name => name;

    public IReadOnlyList<string> Rooms => rooms;

    public Wing Wing => wing;

    /// <summary>Whether it takes the whole width of its storey.</summary>
    public bool IsFloor => name == House.BasicTypes;

    /// <summary>The row, counted from the top of the drawing.</summary>
    public int Row { get; set; } = -1;

    public double Left { get; set; }

    public double Top { get; set; }

    public double Width { get; set; }

    public double Height { get; set; }

    /// <summary>The middle, from left to right.</summary>
    public double Middle => Left + Width / 2;

    /// <summary>Gives it a width, and the height that its texts then need.</summary>
    public void Fit(double width)
    {
        Width = width;
        Height = Padding + 18 + rooms.Max(r => LinesOf(r).Count) * LineHeight + 6;
        if (rooms.Count > 1)
            Height += 3 * Padding + Reason.Count * LineHeight;
    }

    /// <summary>The width of each room inside.</summary>
    public double RoomWidth => rooms.Count == 1 ? Width : (Width - Padding * (rooms.Count + 1)) / rooms.Count;

    /// <summary>The sentence of a room, in lines.</summary>
    public IReadOnlyList<string> LinesOf(string room) => DrawnText.Wrapped(House.SentenceOf(room), TextSize, RoomWidth - 2 * Padding);

    /// <summary>Why the rooms use each other, in lines.</summary>
    public IReadOnlyList<string> Reason =>
        House.KnownCircles.FirstOrDefault(c => c.Rooms[0] == name) is { } circle ? DrawnText.Wrapped(circle.Reason, TextSize, Width - 2 * Padding) : [];
}
