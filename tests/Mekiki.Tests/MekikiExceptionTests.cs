namespace Mekiki.Tests;

public class MekikiExceptionTests
{
    private static readonly MekikiException inner = new("Epochs: expected 1 or more, got 0.", "--epochs: expected 1 or more, got 0.");

    [Fact]
    public void OneMessage_IsForAll() => Refused.Says("same", "same", () => throw new MekikiException("same"));

    [Fact]
    public void TwoMessages_AreBothKept()
    {
        var cause = new IOException();
        var error = new MekikiException("Epochs", "--epochs", cause);
        Assert.Equal(("Epochs", "--epochs", cause), (error.Message, error.CommandLineMessage, error.InnerException));
    }

    [Fact]
    public void MessageOfACause_IsRepeatedInItsOtherForm()
    {
        Refused.Says($"run.json: got: {inner.Message} Restore it.", $"run.json: got: {inner.CommandLineMessage} Restore it.", () => throw new MekikiException($"run.json: got: {inner.Message} Restore it.", inner));
        var twice = new MekikiException($"a: {inner.Message}", inner);
        Refused.Says("b: a: Epochs: expected 1 or more, got 0.", "b: a: --epochs: expected 1 or more, got 0.", () => throw new MekikiException($"b: {twice.Message}", twice));
    }

    [Fact]
    public void MessageThatDoesNotRepeatItsCause_StaysAsItIs()
    {
        Refused.Says("run.json is damaged.", "run.json is damaged.", () => throw new MekikiException("run.json is damaged.", inner));
        Refused.Says("x", "x", () => throw new MekikiException("x", new MekikiException("")));
        Refused.Says("x", "x", () => throw new MekikiException("x", new IOException("x")));
    }

    [Fact]
    public void ControlCharacters_StandAsSigns()
    {
        Refused.Says("a\\x1B[31m\\n\\u202Eb あ", "a\\x1B[31m\\n\\u202Eb あ", () => throw new MekikiException("a\u001b[31m\n\u202eb あ"));
        Refused.Says("\\x07", "\\x07", () => throw new MekikiException("\u0007", new IOException("x")));
        Refused.Says("\\x9B", "\\r", () => throw new MekikiException("\u009b", "\r"));
    }
}
