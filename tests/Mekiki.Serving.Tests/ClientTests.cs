using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Mekiki.Vision.Images;

namespace Mekiki.Serving.Tests;

/// <summary>Clients as people have them; where one is not installed, its test is skipped and says so.</summary>
public sealed class ClientTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ClientTests() => File.WriteAllBytes(folder["one.png"], Made.Pngs[0]);

    private static string Label => Made.Trained.Predict(ImageInput.FromBytes(Made.Pngs[0])).Label;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Curl_SendsOneImageAndMany()
    {
        await using var service = await Service.Start();
        string url = $"{service.Address}models/kana/predict";
        Assert.Equal(Label, Parsed(await Run("curl", "-sSf", "--data-binary", "@" + folder["one.png"], url)).GetProperty("label").GetString());
        var many = Parsed(await Run("curl", "-sSf", "-F", "image=@" + folder["one.png"], "-F", "image=@" + folder["one.png"], url)).GetProperty("images");
        Assert.Equal([Label, Label], many.EnumerateArray().Select(i => i.GetProperty("label").GetString()));
        // As it streams what it does not know the length of, and waits for 100 Continue.
        Assert.Equal(Label, Parsed(await Run("curl", "-sSf", "-T", folder["one.png"], "-X", "POST", "-H", "Content-Type: image/png", "-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue", url)).GetProperty("label").GetString());
    }

    [Fact]
    public async Task NodeFetch_SendsBuffersFormsAndJson()
    {
        await using var service = await Service.Start();
        File.WriteAllText(folder["client.mjs"], """
            import { readFileSync } from "node:fs";
            const [origin, file] = process.argv.slice(2), png = readFileSync(file), ask = async (path, options) => (await fetch(origin + path, { method: "POST", ...options })).json();
            const form = new FormData();
            form.append("image", new Blob([png], { type: "image/png" }), "a.png");
            console.log(JSON.stringify([
              (await ask("models/kana/predict", { body: png })).label,
              (await ask("models/kana/predict", { body: form })).images[0].label,
              (await ask("models/kana", { body: JSON.stringify({ inputs: png.toString("base64") }), headers: { "Content-Type": "application/json" } }))[0].label,
              (await ask("models/none/predict", { body: png })).status,
            ]));
            """);
        Assert.Equal($"[\"{Label}\",\"{Label}\",\"{Label}\",404]", (await Run("node", folder["client.mjs"], service.Address.ToString(), folder["one.png"])).Trim());
    }

    [Fact]
    public async Task Promtool_FindsNothingWrongWithTheMetrics()
    {
        await using var service = await Service.Start();
        await Service.Json(service.Post("/models/kana/predict", Made.Pngs[..5]));
        File.WriteAllText(folder["metrics"], await service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken));
        Assert.Equal("", await Run("sh", "-c", $"'{Program("promtool")}' check metrics < '{folder["metrics"]}' 2>&1"));
    }

    /// <summary>The request of Triton's documentation ("Binary Tensor Data Extension", Examples), its layout kept byte for byte, with this model's tensors in place of mymodel's.</summary>
    [Fact]
    public async Task Triton_RequestOfItsDocumentation_IsAnsweredInItsForm()
    {
        await using var service = await Service.Start();
        byte[] pixels = Made.Images.Image(1).ToArray();
        string head = $$"""
            {
              "model_name" : "mymodel",
              "inputs" : [
                {
                  "name" : "pixels",
                  "shape" : [ 1, 1, 48, 48 ],
                  "datatype" : "UINT8",
                  "parameters" : {
                    "binary_data_size" : {{pixels.Length}}
                  }
                }
              ],
              "outputs" : [
                {
                  "name" : "probabilities",
                  "parameters" : {
                    "binary_data" : true
                  }
                }
              ]
            }

            """.ReplaceLineEndings("\n");
        await Answers(head, head.Length);
        // The Python client's own: no outputs are named, all are wanted as bytes; JSON without spaces.
        head = $$$"""{"inputs":[{"name":"pixels","shape":[1,1,48,48],"datatype":"UINT8","parameters":{"binary_data_size":{{{pixels.Length}}}}}],"parameters":{"binary_data_output":true}}""";
        await Answers(head, head.Length);

        async Task Answers(string json, int length)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/kana/infer") { Content = new ByteArrayContent([.. Encoding.ASCII.GetBytes(json), .. pixels]) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
            request.Headers.Add("Inference-Header-Content-Length", $"{length}");
            using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
            byte[] body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
            Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.MediaType);
            int size = int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single(), System.Globalization.CultureInfo.InvariantCulture);
            var output = Parsed(Encoding.UTF8.GetString(body, 0, size)).GetProperty("outputs")[0];
            Assert.Equal(("probabilities", "FP32", 4 * Made.Trained.Classes.Count), (output.GetProperty("name").GetString(), output.GetProperty("datatype").GetString(), output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32()));
            float[] own = Made.Trained.Probabilities(Made.Trained.Prepare(ImageInput.FromBytes(Made.Pngs[0]))).ToArray();
            Assert.Equal(own, Enumerable.Range(0, own.Length).Select(i => BitConverter.ToSingle(body, size + 4 * i)));
        }
    }

    /// <summary>Builds a program on what Kiota generates; takes a minute and NuGet. <c>dotnet tool install Microsoft.OpenApi.Kiota --tool-path FOLDER</c>, with FOLDER on the path.</summary>
    [Fact(Explicit = true)]
    public async Task Kiota_GeneratesAClientThatWorks()
    {
        await using var service = await Service.Start();
        File.WriteAllText(folder["openapi.json"], await service.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        await Run("kiota", "generate", "-l", "CSharp", "-c", "MekikiClient", "-n", "Generated", "-d", folder["openapi.json"], "-o", folder["client/Generated"], "-m", "application/json", "-m", "application/problem+json");
        File.WriteAllText(folder["client/Directory.Build.props"], "<Project />");
        File.WriteAllText(folder["client/client.csproj"], """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.Kiota.Http.HttpClientLibrary" Version="1.22.1" />
                <PackageReference Include="Microsoft.Kiota.Serialization.Form" Version="1.22.1" />
                <PackageReference Include="Microsoft.Kiota.Serialization.Json" Version="1.22.1" />
                <PackageReference Include="Microsoft.Kiota.Serialization.Multipart" Version="1.22.1" />
                <PackageReference Include="Microsoft.Kiota.Serialization.Text" Version="1.22.1" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(folder["client/Program.cs"], """
            using Generated;
            using Microsoft.Kiota.Abstractions.Authentication;
            using Microsoft.Kiota.Http.HttpClientLibrary;
            var client = new MekikiClient(new HttpClientRequestAdapter(new AnonymousAuthenticationProvider()) { BaseUrl = args[0].TrimEnd('/') });
            using var png = File.OpenRead(args[1]);
            var models = await client.Models.GetAsync();
            var answer = await client.Models["kana"].Predict.PostAsPredictPostResponseAsync(png, "application/octet-stream", c => c.QueryParameters.Top = 3);
            var metadata = await client.V2.Models["kana"].GetAsync();
            Console.WriteLine($"{models!.Models![0].Name} {answer!.ImageAnswer!.Label} {answer.ImageAnswer.Top!.Count} {metadata!.Outputs!.Count}");
            try
            {
                using var again = File.OpenRead(args[1]);
                await client.Models["none"].Predict.PostAsPredictPostResponseAsync(again, "application/octet-stream");
            }
            catch (Microsoft.Kiota.Abstractions.ApiException e)
            {
                Console.WriteLine(e.ResponseStatusCode);
            }
            """);
        string[] lines = (await Run("dotnet", "run", "-v", "q", "--project", folder["client/client.csproj"], "--", service.Address.ToString(), folder["one.png"])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([$"kana {Label} 3 2", "404"], lines[^2..]);
    }

    private static JsonElement Parsed(string json) => JsonDocument.Parse(json).RootElement;

    private static string Program(string name)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(p => Path.Combine(p, name)).FirstOrDefault(File.Exists);
        Assert.SkipUnless(path is not null, $"{name} is not installed.");
        return path;
    }

    private static async Task<string> Run(string program, params string[] arguments)
    {
        // Kiota looks for a newer one otherwise, for minutes where GitHub cannot be reached.
        using var process = Process.Start(new ProcessStartInfo(Program(program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["KIOTA_OFFLINE_ENABLED"] = "true" } })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {process.ExitCode}: {await output} {await error}");
        return await output;
    }
}
