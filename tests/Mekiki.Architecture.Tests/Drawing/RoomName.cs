namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>Short names of rooms for the drawing.</summary>
internal static class RoomName
{
    /// <summary>The name within its frame: <c>Classical.Neocognitrons</c>.</summary>
    public static string Within(string frame, string room) => room.StartsWith(frame + '.', StringComparison.Ordinal) ? room[(frame.Length + 1)..] : Short(room);

    /// <summary>The name within its assembly: <c>Backends.Cpu</c>.</summary>
    public static string Short(string room) => House.AssemblyOf(room).Name is var assembly && room.StartsWith(assembly + '.', StringComparison.Ordinal) ? room[(assembly.Length + 1)..] : room;

    /// <summary>The last part: <c>Neocognitrons</c>; of an assembly's root the whole.</summary>
    public static string Last(string room) => Short(room) == room ? room : room[(room.LastIndexOf('.') + 1)..];
}
