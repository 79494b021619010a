namespace Mekiki.Testing;

/// <summary>Asserts what a mistake says, to a program and on the command line.</summary>
internal static class Refused
{
    /// <summary>Asserts both messages.</summary>
    /// <param name="message">With the names of properties and methods.</param>
    /// <param name="commandLineMessage">With the names of options and commands.</param>
    /// <param name="action">What makes the mistake.</param>
    public static void Says(string message, string commandLineMessage, Func<object?> action)
    {
        var error = Assert.Throws<MekikiException>(action);
        Assert.Equal((message, commandLineMessage), (error.Message, error.CommandLineMessage));
    }
}
