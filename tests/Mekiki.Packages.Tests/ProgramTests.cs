using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Mekiki.Packages.Tests;

/// <summary>Programs of users, new on the packages: each is built from nothing and run.</summary>
public partial class ProgramTests(PackedPackages packages)
{
    [Fact]
    public void Console_RunsTheLinesOfTheReadme()
    {
        string project = packages.Project("console");
        PackedPackages.Dotnet(project, "new", "console", "--no-update-check");
        PackedPackages.Dotnet(project, "add", "package", "Mekiki.Vision", "--version", packages.Version);
        File.WriteAllText(Path.Combine(project, "Program.cs"), Program("Mekiki.Vision"));
        File.Copy(Path.Combine(packages.Run, "model.safetensors"), Path.Combine(project, "model.safetensors"));
        // Images are known by their content, whatever their name says.
        File.WriteAllBytes(Path.Combine(project, "picture.png"), PackedPackages.Picture(20));
        string output = PackedPackages.Dotnet(project, "run", "-c", "Release");
        Assert.Matches("^2 classes\ndark [0-9.,]+ ?%\n  dark [0-9.,]+ ?%\n  light [0-9.,]+ ?%\n$", output);
    }

    [Fact]
    public void Console_RunsTheLinesOfTheEnginesReadme()
    {
        string project = packages.Project("engine", ("engine.csproj", ProjectFile("Mekiki")), ("Program.cs", Program("Mekiki")));
        Assert.Equal("0 1 1 0\n", PackedPackages.Dotnet(project, "run", "-c", "Release"));
        Assert.DoesNotContain(Directory.EnumerateFiles(project, "*.dll", SearchOption.AllDirectories), f => f.Contains("Skia", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WebService_PredictsAnUpload()
    {
        string project = packages.Project("web", ("web.csproj", ProjectFile("Mekiki.Vision", sdk: "Microsoft.NET.Sdk.Web")), ("Program.cs", WebProgram));
        PackedPackages.Dotnet(project, "build", "-c", "Release");
        using var service = Command.Start(project, "dotnet", "bin/Release/net10.0/web.dll", Path.Combine(packages.Run, "model.safetensors"), "--urls", "http://127.0.0.1:0");
        try
        {
            var address = await AddressAsync(service);
            using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(1) };
            foreach (var (grey, label) in new[] { ((byte)20, "dark"), ((byte)230, "light") })
            {
                using var upload = new ByteArrayContent(PackedPackages.Picture(grey));
                using var answer = await client.PostAsync(new Uri(address, "predict"), upload, TestContext.Current.CancellationToken);
                using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
                Assert.Equal(label, json.RootElement.GetProperty("label").GetString());
            }
        }
        finally
        {
            service.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void NativeConsole_PublishesWithoutAWarning()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && HasLinker(), "Needs Linux and a C compiler (clang or gcc) for linking.");
        string project = packages.Project("native", ("native.csproj", ProjectFile("Mekiki.Vision", "<PublishAot>true</PublishAot>")), ("Program.cs", Program("Mekiki.Vision")));
        string published = PackedPackages.Dotnet(project, "publish", "-c", "Release", "-o", "out", "-warnaserror");
        Assert.Equal(RuntimeInformation.OSArchitecture == Architecture.X64, published.Contains("IlcInstructionSet=x86-64-v3", StringComparison.Ordinal));
        File.Copy(Path.Combine(packages.Run, "model.safetensors"), Path.Combine(project, "model.safetensors"));
        File.WriteAllBytes(Path.Combine(project, "picture.png"), PackedPackages.Picture(230));
        string output = Command.Done(project, Path.Combine(project, "out", "native"));
        Assert.Matches("^2 classes\nlight ", output);
    }

    [Theory]
    [InlineData("win-x64", "libSkiaSharp.dll", 0x8664)]
    [InlineData("osx-arm64", "libSkiaSharp.dylib", 0)]
    [InlineData("linux-x64", "libSkiaSharp.so", 62)]
    [InlineData("linux-arm64", "libSkiaSharp.so", 183)]
    [InlineData("linux-musl-x64", "libSkiaSharp.so", 62)]
    public void PublishedProgram_HasTheLibraryOfItsMachine(string runtime, string library, int machine)
    {
        string project = packages.Project(runtime, ("program.csproj", ProjectFile("Mekiki.Vision", "<UseAppHost>false</UseAppHost>")), ("Program.cs", Program("Mekiki.Vision")));
        PackedPackages.Dotnet(project, "publish", "-c", "Release", "-r", runtime, "--self-contained", "false", "-o", "out");
        Assert.Equal(
            ["Mekiki.Vision.dll", "Mekiki.dll", "SkiaSharp.dll", "ZstdSharp.dll", library, "program.deps.json", "program.dll", "program.pdb", "program.runtimeconfig.json"],
            Directory.EnumerateFiles(Path.Combine(project, "out"), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Path.Combine(project, "out"), f)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("libSkiaSharp.pdb", File.ReadAllText(Path.Combine(project, "out", "program.deps.json")));

        var head = new byte[4096];
        using var file = File.OpenRead(Path.Combine(project, "out", library));
        file.ReadExactly(head);
        if (library.EndsWith(".so", StringComparison.Ordinal))
            Assert.Equal((0x464C457Fu, machine), (BitConverter.ToUInt32(head), BitConverter.ToUInt16(head, 18)));
        else if (library.EndsWith(".dll", StringComparison.Ordinal))
            Assert.Equal((0x5A4D, machine), (BitConverter.ToUInt16(head), BitConverter.ToUInt16(head, BitConverter.ToInt32(head, 60) + 4)));
        else
            // Several processors in one file, arm64 (0x0100000C) among them.
            Assert.True(head.AsSpan().StartsWith((byte[])[0xCA, 0xFE, 0xBA, 0xBE]) && head.AsSpan(0, 64).IndexOf((byte[])[1, 0, 0, 0x0C]) > 0, Convert.ToHexString(head, 0, 64));
    }

    private const string WebProgram = """
        using Mekiki.Vision;

        var recognizer = Recognizer.Load(args[0]);
        var app = WebApplication.CreateSlimBuilder(args).Build();
        app.MapPost("/predict", async (HttpRequest request, CancellationToken cancellation) =>
        {
            var prediction = await recognizer.PredictAsync(request.Body, cancellation: cancellation);
            return Results.Ok(new { prediction.Label, prediction.Probability });
        });
        app.Run();
        """;

    private string ProjectFile(string package, string properties = "", string sdk = "Microsoft.NET.Sdk") => $"""
        <Project Sdk="{sdk}">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            {properties}
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="{package}" Version="{packages.Version}" />
          </ItemGroup>
        </Project>
        """;

    // The first program in a package's readme.
    private string Program(string id)
    {
        using var package = packages.Open(id);
        return Code().Match(ContentTests.Read(package, "README.md")).Groups[1].Value;
    }

    private static async Task<Uri> AddressAsync(Process service)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var lines = new List<string>();
        while (await service.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            lines.Add(line);
            if (Listening().Match(line) is { Success: true } found)
                return new Uri(found.Groups[1].Value);
        }

        Assert.Fail($"Expected a service that listens, got:\n{string.Join('\n', lines)}\n{await service.StandardError.ReadToEndAsync(limit.Token)}");
        return null;
    }

    private static bool HasLinker() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => File.Exists(Path.Combine(f, "clang")) || File.Exists(Path.Combine(f, "gcc")));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
