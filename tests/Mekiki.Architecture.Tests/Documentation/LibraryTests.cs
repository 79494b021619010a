using System.Reflection;

namespace Mekiki.Architecture.Tests.Documentation;

public class LibraryTests
{
    private static readonly Library library = Library.OfPackages;

    // A member without one would have no documented exception, whatever is written.
    [Fact]
    public void Members_HaveTheirComments() =>
        Rule.Holds("Every public member that is written has a comment under its name.", library.Members.Where(m => library.CommentOf(Library.Documented(m)) is null).Select(m => DocumentationId.Of((MemberInfo)m)));
}
