namespace Mekiki.Architecture.Tests;

/// <summary>Rooms that use each other in a circle, which cannot be otherwise.</summary>
/// <param name="Rooms">The rooms, in ordinal order.</param>
/// <param name="Reason">Why, in a sentence.</param>
internal sealed record KnownCircle(string[] Rooms, string Reason);
