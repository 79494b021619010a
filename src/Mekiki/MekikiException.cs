namespace Mekiki;

/// <summary>A mistake of the user's: a wrong argument, file or option. Its message alone is enough to mend it.</summary>
/// <remarks>
/// Messages have the form <c>subject: expected E, got G. What to do.</c>
/// The command line prints the message without a stack trace and exits with 2.
/// </remarks>
public sealed class MekikiException : Exception
{
    /// <summary>Creates the exception with the message that the user reads.</summary>
    public MekikiException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with the message that the user reads and its technical cause.</summary>
    public MekikiException(string message, Exception cause) : base(message, cause)
    {
    }
}
