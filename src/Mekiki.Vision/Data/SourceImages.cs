using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>The images of a program's own source, checked where they come in.</summary>
internal sealed class SourceImages : ImageFiles
{
    private readonly IImageSource source;
    private readonly ClassLayout layout;

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public SourceImages(IImageSource source)
    {
        this.source = source;
        string[] classes = [.. source.Classes];
        if (classes.Distinct(StringComparer.Ordinal).Count() < classes.Length)
            throw new MekikiException($"{source.Name}: expected classes with different names, got one twice. Name each class once.");
        int[] labels = new int[source.Count];
        Names = new string[labels.Length];
        Versions = [];
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < labels.Length; i++)
        {
            (labels[i], Names[i]) = (source.LabelOf(i), source.NameOf(i));
            if (labels[i] < 0 || labels[i] >= classes.Length)
                throw new MekikiException($"{source.Name}: expected a class index from 0 to {classes.Length - 1} for each image, got {labels[i]} for image {i:N0}. Give the index of its class.");
            if (!known.Add(Names[i]))
                throw new MekikiException($"{source.Name}: expected a name of its own for each image, got '{Names[i]}' twice. Number the images, or leave NameOf as it is.");
        }

        layout = new ClassLayout(classes, labels, null, "the program gives each image its class");
    }

    public override ClassLayout Layout(string name, ImageSetOptions options) => layout;

    public override DecodedImage Decode(int index, ImageShape shape, Framing? framing, Span<byte> destination, Buffers buffers) =>
        Image(index).Read(shape, framing, destination, ref buffers.Scratch);

    public override (int Height, int Width, ImageMode Mode) ReadHeader(int index, Buffers buffers)
    {
        var (height, width) = Image(index).ReadSize();
        return (height, width, ImageMode.Rgb);
    }

    protected override ReadOnlySpan<byte> Read(int index, Buffers buffers) => throw new NotSupportedException();

    private ImageInput Image(int index)
    {
        try
        {
            return source.Read(index) ?? throw new UnreadableImageException("expected an image, got null");
        }
        catch (MekikiException e)
        {
            throw new UnreadableImageException(e.Message);
        }
    }
}
