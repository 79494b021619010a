namespace Mekiki;

/// <summary>A mistake of the user's: a wrong argument, file or option. Its message alone is enough to fix it.</summary>
/// <remarks>
/// Messages have the form <c>subject: expected E, got G. What to do.</c> A program reads <see cref="Exception.Message"/>, which names
/// properties and methods. The command line prints <see cref="CommandLineMessage"/>, without a stack trace, and exits with 2.
/// What a message repeats of a file cannot steer a terminal or begin a line of a log: control characters stand in it as <c>\n</c> or <c>\x1B</c>.
/// </remarks>
public sealed class MekikiException : Exception
{
    /// <summary>Creates the exception with the message that every user reads.</summary>
    public MekikiException(string message) : base(PrintedName.Of(message)) => CommandLineMessage = Message;

    /// <summary>Creates the exception with the message that every user reads and its cause.</summary>
    /// <param name="message">The message. Where it repeats the message of a cause that has two, <see cref="CommandLineMessage"/> repeats the other.</param>
    /// <param name="cause">What went wrong inside.</param>
    public MekikiException(string message, Exception cause) : base(PrintedName.Of(message), cause) =>
        CommandLineMessage = cause is MekikiException { Message.Length: > 0 } inner ? Message.Replace(inner.Message, inner.CommandLineMessage, StringComparison.Ordinal) : Message;

    /// <summary>Creates the exception with two messages.</summary>
    /// <param name="message">The message that names properties and methods.</param>
    /// <param name="commandLineMessage">The same message, with options and commands instead.</param>
    /// <param name="cause">What went wrong inside; null: nothing else.</param>
    public MekikiException(string message, string commandLineMessage, Exception? cause = null) : base(PrintedName.Of(message), cause) => CommandLineMessage = PrintedName.Of(commandLineMessage);

    /// <summary>The message as the command line prints it: it names options and commands where <see cref="Exception.Message"/> names properties and methods.</summary>
    public string CommandLineMessage { get; }
}
