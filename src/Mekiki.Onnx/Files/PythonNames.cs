using System.Globalization;
using System.Text;

namespace Mekiki.Onnx.Files;

/// <summary>Class names as a dictionary of Python, as ultralytics writes them: <c>{0: 'cat', 1: 'dog'}</c>.</summary>
internal static class PythonNames
{
    public static string Of(IReadOnlyList<string> classes)
    {
        var text = new StringBuilder("{");
        for (int c = 0; c < classes.Count; c++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(c == 0 ? "" : ", ")}{c}: '");
            foreach (char letter in classes[c])
                text.Append(letter switch { '\'' => @"\'", '\\' => @"\\", '\n' => @"\n", '\r' => @"\r", _ => letter.ToString() });
            text.Append('\'');
        }

        return text.Append('}').ToString();
    }
}
