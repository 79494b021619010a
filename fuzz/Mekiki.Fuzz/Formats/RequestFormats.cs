using System.Text;
using Mekiki.Fuzz.Mutations;

namespace Mekiki.Fuzz.Formats;

/// <summary>Requests to the service: HTTP itself, images, several in a form, and the bodies of the Open Inference Protocol and of Hugging Face.</summary>
internal static class RequestFormats
{
    private const string Infer = "/v2/models/m/infer", Tensor = "{\"inputs\":[{\"name\":\"image\",\"shape\":[1],\"datatype\":\"BYTES\",";

    public static IEnumerable<Format> All { get; } =
    [
        Of("http", Heads, TextMutation.Apply),
        Of("http-image", () => [Post("/models/m/predict", "image/png", Png), Post("/models/m/explain", "image/png", Png), Post("/corrections?model=m&label=a&answer=b", "image/png", Png)], new RequestMutation(PngMutation.Apply).Apply),
        Of("http-form", Forms, new RequestMutation(TextMutation.Apply).Apply),
        Of("http-json", Texts, new RequestMutation(TextMutation.Apply).Apply),
        Of("http-binary", () => [Binary()], new RequestMutation(ByteMutation.Apply).Apply),
    ];

    private static byte[] Png => Pngs.Value;

    private static Lazy<byte[]> Pngs { get; } = new(() => ImageFormats.Forms(".png").MinBy(bytes => bytes.Length)!);

    private static Format Of(string name, Func<IEnumerable<byte[]>> seeds, Mutation mutation) => new(name, seeds, mutation, (input, _) => FuzzedService.Send(input));

    private static IEnumerable<byte[]> Heads()
    {
        foreach (string path in new[] { "/", "/page/app.js", "/models", "/models/m/card", "/v2", "/v2/health/ready", "/v2/models/m", "/v2/models/m/versions/1", "/metrics", "/openapi/v1.json" })
            yield return Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n\r\n");
        yield return Post("/models/m/predict?top=3&explain=true", "image/png", Png);
        yield return [.. "POST /models/m HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nContent-Type: image/png\r\n\r\n"u8, .. Encoding.ASCII.GetBytes($"{Png.Length:x}\r\n"), .. Png, .. "\r\n0\r\n\r\n"u8];
    }

    private static IEnumerable<byte[]> Forms()
    {
        byte[] part = [.. "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"u8, .. Png, .. "\r\n"u8];
        yield return Post("/models/m/predict?top=2", "multipart/form-data; boundary=b", [.. part, .. part, .. "--b--\r\n"u8]);
    }

    private static IEnumerable<byte[]> Texts()
    {
        string base64 = Convert.ToBase64String(Png);
        yield return Post(Infer, "application/json", $"{Tensor}\"data\":[\"{base64}\"]}}],\"outputs\":[{{\"name\":\"probabilities\",\"parameters\":{{\"classification\":3}}}},{{\"name\":\"label\"}}]}}");
        yield return Post(Infer, "application/json", "{\"id\":\"1\",\"inputs\":[{\"name\":\"pixels\",\"shape\":[1,1,2,2],\"datatype\":\"UINT8\",\"data\":[[[[0,1],[2,255]]]]}]}");
        yield return Post(Infer, "application/json", "{\"inputs\":[{\"name\":\"pixels\",\"shape\":[1,1,2,2],\"datatype\":\"FP32\",\"data\":[0,1.0,2e1,255]}]}");
        yield return Post("/models/m", "application/json", $"{{\"inputs\":\"{base64}\",\"parameters\":{{\"top_k\":2}}}}");
    }

    private static byte[] Binary()
    {
        byte[] head = Encoding.ASCII.GetBytes($"{Tensor}\"parameters\":{{\"binary_data_size\":{Png.Length + sizeof(int)}}}}}],\"parameters\":{{\"binary_data_output\":true}}}}");
        return Post(Infer, $"application/octet-stream\r\n{RequestMutation.HeadLength}{head.Length}", [.. head, .. BitConverter.GetBytes(Png.Length), .. Png]);
    }

    private static byte[] Post(string path, string type, string body) => Post(path, type, Encoding.ASCII.GetBytes(body));

    private static byte[] Post(string path, string type, byte[] body) =>
        RequestMutation.Written([$"POST {path} HTTP/1.1", "Host: localhost", "Connection: close", .. $"Content-Type: {type}".Split("\r\n")], body);
}
