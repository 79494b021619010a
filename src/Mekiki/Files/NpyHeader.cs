using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Mekiki.Files;

/// <summary>The header of a .npy file: what the numbers are, their shape and their order.</summary>
/// <remarks>
/// NumPy Enhancement Proposal 1, versions 1.0 to 3.0 of the format: a Python dictionary with the keys descr, fortran_order
/// and shape. It is parsed as just that, and never evaluated.
/// </remarks>
internal ref struct NpyHeader
{
    private const int LongestHeader = ushort.MaxValue;
    private const string Damaged = "The file is damaged: get or write it again.";

    private readonly string file;
    private readonly string text;
    private int at;

    private NpyHeader(string file, string text) => (this.file, this.text) = (file, text);

    /// <summary>The bytes with which every .npy file begins.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header, and checks that the numbers behind it are as many as it says.</summary>
    /// <param name="file">What messages call it.</param>
    /// <param name="bytes">The whole file.</param>
    /// <returns>The elements, and where the first one begins in the file.</returns>
    /// <exception cref="MekikiException">It is no .npy file, holds no numbers, or contradicts itself.</exception>
    public static (StridedElements Elements, int DataStart) Read(string file, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic) || bytes.Length < 10)
            throw new MekikiException($"{file}: expected an array of NumPy's (.npy), got something else. {Damaged}");
        int version = bytes[6], lengthSize = version == 1 ? 2 : 4;
        if (version is < 1 or > 3 || bytes.Length < 8 + lengthSize)
            throw new MekikiException($"{file}: expected version 1 to 3 of the .npy format, got {version}. Save it again with numpy.save.");
        uint length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        int dataStart = 8 + lengthSize;
        if (length > LongestHeader || length > bytes.Length - dataStart)
            throw new MekikiException($"{file}: expected a header of at most {FileText.Bytes(Math.Min(LongestHeader, bytes.Length - dataStart))}, got one of {length:N0}. {Damaged}");
        string text = (version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes.Slice(dataStart, (int)length));
        var elements = new NpyHeader(file, text).Read();
        dataStart += (int)length;
        long stored = bytes.Length - dataStart;
        if (elements.Count < 0 || (Int128)elements.Count * StoredTypes.SizeOf(elements.Type) != stored)
            throw new MekikiException($"{file}: expected {(elements.Count < 0 ? "as many bytes as the shape has numbers" : $"{(Int128)elements.Count * StoredTypes.SizeOf(elements.Type):N0} bytes")} for {elements}, got {FileText.Number(stored)}. {Damaged}");
        return elements.ProblemIn(elements.Count) is { } problem ? throw new MekikiException($"{file}: {problem}. Use weights of a model of this catalogue.") : (elements, dataStart);
    }

    private StridedElements Read()
    {
        StoredType? type = null;
        bool? fortran = null;
        long[]? sizes = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = Quoted();
            Expect(':');
            if (key == "descr" && type is null)
                type = Type();
            else if (key == "fortran_order" && fortran is null)
                fortran = Accept("True") || (Accept("False") ? false : throw Wrong("True or False for fortran_order"));
            else if (key == "shape" && sizes is null)
                sizes = Sizes();
            else
                throw Wrong("descr, fortran_order and shape, each once");
            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }

        if (text[at..].Trim(' ', '\n').Length > 0)
            throw Wrong("nothing but spaces behind the dictionary");
        if (type is null || fortran is null || sizes is null)
            throw Wrong("descr, fortran_order and shape, each once");
        return new StridedElements(type.Value, sizes, Strides(sizes, fortran.Value), 0);
    }

    // Row-major, or column-major: then the first dimension runs fastest.
    private static long[] Strides(long[] sizes, bool columnMajor)
    {
        var strides = new long[sizes.Length];
        long stride = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            int d = columnMajor ? i : sizes.Length - 1 - i;
            strides[d] = stride;
            stride = unchecked(stride * Math.Max(1, sizes[d])) & long.MaxValue;
        }

        return strides;
    }

    private StoredType Type()
    {
        if (Peek() != '\'' && Peek() != '"')
            throw new MekikiException($"{file}: expected an array of numbers, got one of records. Save each of their fields by itself.");
        string name = Quoted();
        return name switch
        {
            "<f4" => StoredType.F32,
            "<f8" => StoredType.F64,
            "<f2" => StoredType.F16,
            "<i8" => StoredType.I64,
            "<i4" => StoredType.I32,
            "<i2" => StoredType.I16,
            "|i1" => StoredType.I8,
            "<u4" => StoredType.U32,
            "<u2" => StoredType.U16,
            "|u1" => StoredType.U8,
            "|b1" => StoredType.Bool,
            ['|', 'O', ..] or ['O', ..] => throw new MekikiException($"{file}: expected an array of numbers, got one of Python objects, which are pickled. Nothing was run; save numbers (a parameter without a value is such an object)."),
            ['>', ..] => throw new MekikiException($"{file}: expected little-endian numbers, got '{FileText.Short(name)}'. Save it with astype('<f4')."),
            _ => throw new MekikiException($"{file}: expected numbers of type <f4, <f8, <f2, <i8 or <i4, got '{FileText.Short(name)}'. Save it with astype('<f4')."),
        };
    }

    private long[] Sizes()
    {
        var sizes = new List<long>();
        Expect('(');
        while (!Accept(')'))
        {
            Peek();
            int from = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            if (!long.TryParse(text.AsSpan(from, at - from), NumberStyles.None, CultureInfo.InvariantCulture, out long size) || sizes.Count == 64)
                throw Wrong("a shape of whole numbers");
            sizes.Add(size);
            if (Accept(','))
                continue;
            if (sizes.Count == 1)
                throw Wrong("a comma behind the only size");
            Expect(')');
            break;
        }

        return [.. sizes];
    }

    private string Quoted()
    {
        char quote = Peek();
        if (quote is not ('\'' or '"'))
            throw Wrong("a text in quotes");
        int end = text.IndexOf(quote, at + 1);
        if (end < 0)
            throw Wrong("a text in quotes");
        string quoted = text[(at + 1)..end];
        at = end + 1;
        return quoted;
    }

    private char Peek()
    {
        while (at < text.Length && text[at] == ' ')
            at++;
        return at < text.Length ? text[at] : '\0';
    }

    private bool Accept(char wanted)
    {
        if (Peek() != wanted)
            return false;
        at++;
        return true;
    }

    private bool Accept(string wanted)
    {
        Peek();
        if (!text.AsSpan(at).StartsWith(wanted, StringComparison.Ordinal))
            return false;
        at += wanted.Length;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!Accept(wanted))
            throw Wrong($"'{wanted}'");
    }

    private MekikiException Wrong(string expected) =>
        new($"{file}: expected {expected} at character {at} of its header, got '{FileText.Short(text[at..].TrimEnd())}'. {Damaged}");
}
