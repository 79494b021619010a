namespace Mekiki.Files;

/// <summary>Names of the pickle instructions that are not carried out, for messages.</summary>
internal static class PickleNames
{
    /// <summary>For instance <c>the instruction INST</c>.</summary>
    public static string Of(byte code) => code switch
    {
        (byte)'i' => "the instruction INST, which makes an object,",
        (byte)'o' => "the instruction OBJ, which makes an object,",
        0x81 => "the instruction NEWOBJ, which makes an object,",
        0x92 => "the instruction NEWOBJ_EX, which makes an object,",
        0x82 or 0x83 or 0x84 => "the instruction EXT, which makes an object,",
        (byte)'P' => "the instruction PERSID",
        0x8f or 0x90 or 0x91 => "a set",
        0x96 => "a byte array",
        0x97 or 0x98 => "a buffer outside the pickle",
        (byte)'I' or (byte)'L' or (byte)'F' or (byte)'S' or (byte)'V' or (byte)'p' or (byte)'g' => "an instruction of the oldest protocol",
        _ => $"the unknown instruction {code}",
    };
}
