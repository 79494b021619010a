using Mekiki.Architecture.Tests.Drawing;

namespace Mekiki.Architecture.Tests;

public class DrawingTests
{
    [Fact]
    public void Drawing_ShowsTheRoomsAsTheyAre() => Stored.SameFile("docs/architecture.svg", Picture.Of(CodeMap.OfSources.Rooms));
}
