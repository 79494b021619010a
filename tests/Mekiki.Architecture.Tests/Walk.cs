namespace Mekiki.Architecture.Tests;

/// <summary>A way through the rooms, which a newcomer can follow from file to file.</summary>
/// <param name="Title">What moves, from where to where.</param>
/// <param name="Stations">The rooms in their order, none of them twice.</param>
internal sealed record Walk(string Title, params Station[] Stations);

/// <summary>A room on a walk.</summary>
/// <param name="Step">How one comes to it from the station before.</param>
/// <param name="Room">The room.</param>
/// <param name="Types">The types to read there, the first of them first; one of them takes the step.</param>
/// <param name="Event">What happens there, in a few words.</param>
internal sealed record Station(Step Step, string Room, string[] Types, string Event);

/// <summary>How a walk comes from a room to the next.</summary>
internal enum Step
{
    /// <summary>The first station.</summary>
    Begin,

    /// <summary>The room before uses this one.</summary>
    Call,

    /// <summary>This room uses what the room before gives, or carries out what it declares.</summary>
    HandOn,
}
