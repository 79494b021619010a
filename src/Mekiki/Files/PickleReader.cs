using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Mekiki.Files;

/// <summary>Reads a pickle, running nothing of it: numbers, texts, tuples, lists, dictionaries, and what an <see cref="IPickleMeaning"/> allows.</summary>
/// <remarks>
/// The instructions are those of Python's <c>pickletools</c>, protocols 2 to 5. Values are strings, longs, doubles, bools,
/// null, arrays (tuples), lists, <see cref="PickleDictionary"/>, and <see cref="Opaque"/> for what is passed over. Every
/// instruction takes a bounded piece of memory, and there is no recursion, so that the number of instructions bounds both.
/// </remarks>
internal ref struct PickleReader
{
    private const int MostInstructions = 1_000_000;
    private const string Damaged = "The file is damaged: get or write it again.";

    private readonly string file;
    private readonly ReadOnlySpan<byte> bytes;
    private readonly IPickleMeaning meaning;
    private readonly List<object?> stack = [];
    private readonly List<int> marks = [];
    private readonly Dictionary<long, object?> memo = [];
    private int position, start;

    private PickleReader(string file, ReadOnlySpan<byte> bytes, IPickleMeaning meaning)
    {
        this.file = file;
        this.bytes = bytes;
        this.meaning = meaning;
    }

    /// <summary>Stands for values that nobody here needs: bytes, and whole numbers of more than 64 bits.</summary>
    public static object Opaque { get; } = new();

    /// <summary>Reads the one value of a pickle.</summary>
    /// <param name="file">What messages call it.</param>
    /// <param name="bytes">Begins with the pickle.</param>
    /// <param name="meaning">What names and references stand for.</param>
    /// <param name="length">How many bytes the pickle has; more may follow it.</param>
    /// <exception cref="MekikiException">It holds something else, is damaged, or asks for too much.</exception>
    public static object? Read(string file, ReadOnlySpan<byte> bytes, IPickleMeaning meaning, out int length)
    {
        var reader = new PickleReader(file, bytes, meaning);
        object? value = reader.Read();
        length = reader.position;
        return value;
    }

    private object? Read()
    {
        for (int count = 0; count < MostInstructions; count++)
        {
            start = position;
            byte code = Take(1)[0];
            if (code == (byte)'.')
                return Pop();
            Carry(code);
        }

        throw new MekikiException($"{file}: expected a pickle of at most {FileText.Number(MostInstructions)} instructions, got a longer one. Save the state dict alone.");
    }

    private void Carry(byte code)
    {
        switch (code)
        {
            case 0x80: Take(1); break;                                                             // PROTO
            case 0x95: Take(8); break;                                                             // FRAME
            case (byte)'(': marks.Add(stack.Count); break;                                         // MARK
            case (byte)'0': Pop(); break;                                                          // POP
            case (byte)'1': SinceMark(); break;                                                    // POP_MARK
            case (byte)'2': stack.Add(Top()); break;                                               // DUP
            case (byte)'N': stack.Add(null); break;                                                // NONE
            case 0x88: stack.Add(true); break;                                                     // NEWTRUE
            case 0x89: stack.Add(false); break;                                                    // NEWFALSE
            case (byte)'K': stack.Add((long)Take(1)[0]); break;                                    // BININT1
            case (byte)'M': stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break; // BININT2
            case (byte)'J': stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break; // BININT
            case 0x8a: stack.Add(Whole(Take(1)[0])); break;                                        // LONG1
            case 0x8b: stack.Add(Whole(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))); break;   // LONG4
            case (byte)'G': stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;       // BINFLOAT
            case 0x8c: stack.Add(Text(Take(1)[0])); break;                                         // SHORT_BINUNICODE
            case (byte)'X': stack.Add(Text(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break; // BINUNICODE
            case 0x8d: stack.Add(Text(BinaryPrimitives.ReadUInt64LittleEndian(Take(8)))); break;   // BINUNICODE8
            case (byte)'U': stack.Add(Text(Take(1)[0])); break;                                    // SHORT_BINSTRING, of Python 2
            case (byte)'T': stack.Add(Text(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break; // BINSTRING, of Python 2
            case (byte)'C': Skip(Take(1)[0]); break;                                               // SHORT_BINBYTES
            case (byte)'B': Skip(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;         // BINBYTES
            case 0x8e: Skip(BinaryPrimitives.ReadUInt64LittleEndian(Take(8))); break;              // BINBYTES8
            case (byte)')': stack.Add(Array.Empty<object?>()); break;                              // EMPTY_TUPLE
            case 0x85: stack.Add(Last(1)); break;                                                  // TUPLE1
            case 0x86: stack.Add(Last(2)); break;                                                  // TUPLE2
            case 0x87: stack.Add(Last(3)); break;                                                  // TUPLE3
            case (byte)'t': stack.Add(SinceMark()); break;                                         // TUPLE
            case (byte)']': stack.Add(new List<object?>()); break;                                 // EMPTY_LIST
            case (byte)'l': stack.Add(new List<object?>(SinceMark())); break;                      // LIST
            case (byte)'a': Append(Last(1)); break;                                                // APPEND
            case (byte)'e': Append(SinceMark()); break;                                            // APPENDS
            case (byte)'}': stack.Add(new PickleDictionary()); break;                              // EMPTY_DICT
            case (byte)'d': Dictionary(SinceMark()); break;                                        // DICT
            case (byte)'s': Set(Last(2)); break;                                                   // SETITEM
            case (byte)'u': Set(SinceMark()); break;                                               // SETITEMS
            case (byte)'q': memo[Take(1)[0]] = Top(); break;                                       // BINPUT
            case (byte)'r': memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top(); break; // LONG_BINPUT
            case 0x94: memo[memo.Count] = Top(); break;                                            // MEMOIZE
            case (byte)'h': Recall(Take(1)[0]); break;                                             // BINGET
            case (byte)'j': Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;       // LONG_BINGET
            case (byte)'c': Name(Line(), Line()); break;                                           // GLOBAL
            case 0x93: StackGlobal(); break;                                                       // STACK_GLOBAL
            case (byte)'R': Call(); break;                                                         // REDUCE
            case (byte)'b': Build(); break;                                                        // BUILD
            case (byte)'Q': stack.Add(meaning.Outside(Pop()) ?? throw Wrong("a storage of the file", "a reference to something else")); break; // BINPERSID
            default: throw Refused(PickleNames.Of(code));
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(bytes.Length - position))
            throw new MekikiException($"{file}: expected {length:N0} more byte{(length == 1 ? "" : "s")} of the pickle at byte {position}, got {FileText.Number(bytes.Length - position)}. The file is cut off or damaged: get or write it again.");
        var taken = bytes.Slice(position, (int)length);
        position += (int)length;
        return taken;
    }

    // Half of a surrogate pair, which Python allows, becomes a replacement character.
    private string Text(ulong length) => Encoding.UTF8.GetString(Take(length));

    private void Skip(ulong length)
    {
        Take(length);
        stack.Add(Opaque);
    }

    private object Whole(int length)
    {
        var number = Take(length < 0 ? throw Wrong("a whole number", "one of less than no bytes") : (ulong)length);
        if (length > 8)
            return Opaque;
        long value = length == 0 || (number[^1] & 0x80) == 0 ? 0 : -1;
        for (int i = length - 1; i >= 0; i--)
            value = (value << 8) | number[i];
        return value;
    }

    private string Line()
    {
        var rest = bytes[position..];
        int end = rest.IndexOf((byte)'\n');
        if (end < 0)
            throw Wrong("a name that ends with its line", "the end of the pickle");
        position += end + 1;
        return Encoding.UTF8.GetString(rest[..end]);
    }

    private object? Pop()
    {
        object? top = Top();
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private object? Top() => stack.Count > Floor ? stack[^1] : throw Wrong("a value on the stack", "none");

    // Below the last mark nothing may be taken.
    private int Floor => marks.Count == 0 ? 0 : marks[^1];

    private object?[] Last(int count)
    {
        if (stack.Count - Floor < count)
            throw Wrong($"{count} values on the stack", $"{stack.Count - Floor}");
        object?[] values = CollectionsMarshal.AsSpan(stack)[^count..].ToArray();
        stack.RemoveRange(stack.Count - count, count);
        return values;
    }

    private object?[] SinceMark()
    {
        if (marks.Count == 0)
            throw Wrong("a mark on the stack", "none");
        var values = Last(stack.Count - marks[^1]);
        marks.RemoveAt(marks.Count - 1);
        return values;
    }

    private void Append(object?[] values) => (Top() as List<object?> ?? throw Wrong("a list to append to", "something else")).AddRange(values);

    private void Dictionary(object?[] items)
    {
        stack.Add(new PickleDictionary());
        Set(items);
    }

    private void Set(object?[] items)
    {
        var dictionary = Top() as PickleDictionary ?? throw Wrong("a dictionary to put values in", "something else");
        if (items.Length % 2 != 0)
            throw Wrong("a value for each key", "a key alone");
        for (int i = 0; i < items.Length; i += 2)
            dictionary.Set(items[i], items[i + 1]);
    }

    private void Recall(long key) => stack.Add(memo.TryGetValue(key, out object? value) ? value : throw Wrong("a value that was remembered", $"none under {key}"));

    private void Name(string module, string name)
    {
        string global = $"{module}.{name}";
        stack.Add(meaning.Knows(global) ? new PickleGlobal(global) : throw Refused($"'{FileText.Short(global)}'"));
    }

    private void StackGlobal()
    {
        object?[] names = Last(2);
        if (names is not [string module, string name])
            throw Wrong("a name in two texts", "something else");
        Name(module, name);
    }

    private void Call()
    {
        object?[] call = Last(2);
        if (call is not [PickleGlobal global, object?[] arguments])
            throw Refused("a call of a value");
        stack.Add(meaning.Call(global.Name, arguments) ?? throw Refused($"a call of '{global.Name}' with other arguments than it takes"));
    }

    // An ordered dictionary of PyTorch's has a dictionary of attributes (versions of layers), which nobody needs.
    private void Build()
    {
        object?[] build = Last(2);
        if (build is not [PickleDictionary dictionary, PickleDictionary])
            throw Refused("BUILD, which sets an object's attributes,");
        stack.Add(dictionary);
    }

    private MekikiException Wrong(string expected, string got) => new($"{file}: expected {expected} at byte {start} of the pickle, got {got}. {Damaged}");

    private MekikiException Refused(string what) =>
        new($"{file}: expected tensors, numbers, texts and containers alone, got {what} at byte {start} of the pickle. Nothing was run; if you trust the file, load it where it was made and save its state_dict() alone.");
}
