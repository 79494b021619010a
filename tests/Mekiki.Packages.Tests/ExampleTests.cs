using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Mekiki.Packages.Tests;

/// <summary>The examples in the documentation that comes with the packages are code: a library of all of them compiles.</summary>
/// <remarks>
/// Each type's or member's examples are a namespace. A <c>&lt;code&gt;</c> that declares a class or a record stands in it as it is; another is the body of a method,
/// which may use what the first declares, and the names of <see cref="Names"/>.
/// </remarks>
public partial class ExampleTests(PackedPackages packages)
{
    // What examples may use without declaring it. Few names, each with one meaning in all examples.
    private const string Names = """
        global using Mekiki;
        global using Mekiki.Autograd;
        global using Mekiki.Distributed;
        global using Mekiki.Files;
        global using Mekiki.Layers;
        global using Mekiki.Logging;
        global using Mekiki.Losses;
        global using Mekiki.Onnx;
        global using Mekiki.Optimizers;
        global using Mekiki.Schedules;
        global using Mekiki.Serving;
        global using Mekiki.Vision;
        global using Mekiki.Vision.Classical;
        global using Mekiki.Vision.Data;
        global using Mekiki.Vision.Evaluation;
        global using Mekiki.Vision.Explanations;
        global using Mekiki.Vision.Images;
        global using Mekiki.Vision.Models;
        global using Mekiki.Vision.Options;
        global using Mekiki.Vision.Ranks;
        global using Mekiki.Vision.Training;
        global using Mekiki.Vision.Transforms;
        global using static Names;

        internal static class Names
        {
            // The engine.
            public static Tensor x = null!, y = null!, memory = null!, loss = null!;
            public static long[] labels = [];
            public static Module net = null!, copy = null!;
            public static Optimizer optimizer = null!;
            public static Schedule schedule = null!;
            public static ulong seed, epoch, image;
            public static int channels;
            public static double validationLoss;

            // The library.
            public static ImageSet set = null!;
            public static Split split = null!;
            public static Preprocessing preprocessing = null!;
            public static Recognizer recognizer = null!;
            public static Trainer trainer = null!;
            public static RankGroup ranks = null!;

            // What a program has: an encoded image, the pixels of a camera, a logger, a token that asks to stop.
            public static byte[] upload = [];
            public static byte[] frame = [];
            public static Microsoft.Extensions.Logging.ILogger logger = null!;
            public static CancellationToken cancellation;
        }
        """;

    [Fact]
    public void Examples_Compile()
    {
        string code = string.Join("\n", new[] { "Mekiki", "Mekiki.Vision", "Mekiki.Distributed", "Mekiki.Logging", "Mekiki.Onnx", "Mekiki.Serving" }.SelectMany(Examples));
        Assert.Contains("\"Mekiki.Vision.Recognizer\"", code);
        string project = packages.Project("examples", ("examples.csproj", ProjectFile), ("Names.cs", Names), ("Examples.cs", code));
        // An error names the type or member as its file.
        PackedPackages.Dotnet(project, "build", "-c", "Release", "-clp:NoSummary");
    }

    private string ProjectFile => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Mekiki.Vision" Version="{packages.Version}" />
            <PackageReference Include="Mekiki.Distributed" Version="{packages.Version}" />
            <PackageReference Include="Mekiki.Logging" Version="{packages.Version}" />
            <PackageReference Include="Mekiki.Onnx" Version="{packages.Version}" />
            <PackageReference Include="Mekiki.Serving" Version="{packages.Version}" />
            <FrameworkReference Include="Microsoft.AspNetCore.App" />
          </ItemGroup>
        </Project>
        """;

    private IEnumerable<string> Examples(string id)
    {
        using var package = packages.Open(id);
        foreach (var member in XDocument.Parse(ContentTests.Read(package, $"lib/net10.0/{id}.xml")).Descendants("member"))
        {
            string name = member.Attribute("name")!.Value;
            string[] codes = [.. member.Elements("example").Elements("code").Select(c => c.Value)];
            if (codes.Length > 0)
                yield return Code(name, [.. codes.Where(c => Declaration().IsMatch(c))], [.. codes.Where(c => !Declaration().IsMatch(c))]);
        }
    }

    private static string Code(string name, string[] types, string[] bodies)
    {
        var code = new StringBuilder($"namespace Example_{NoLetter().Replace(name, "_")}\n{{\n");
        foreach (string type in types)
            code.Append(Line(name)).Append(type).Append('\n');
        code.Append("internal static class Methods\n{\n");
        for (int i = 0; i < bodies.Length; i++)
            code.Append($"internal static {(bodies[i].Contains("await ", StringComparison.Ordinal) ? "async Task" : "void")} Method{i}()\n{{\n").Append(Line(name)).Append(bodies[i]).Append("\n}\n");
        return code.Append("}\n}\n").ToString();
    }

    // The build reads no colon and no parenthesis in a file's name.
    private static string Line(string name) => $"#line 1 \"{name[2..].Split('(')[0]}\"\n";

    [GeneratedRegex(@"^\s*(public |sealed )*(class|record) \w", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\W")]
    private static partial Regex NoLetter();
}
