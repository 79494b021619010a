using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

// Reads a picture with a model that `mekiki export` wrote, without Mekiki: ONNX Runtime computes, and the file's metadata tell size, colours and classes.
// `ReadWithOnnxRuntime MODEL.onnx PICTURE` prints the class.

using var session = new InferenceSession(args[0]);
var card = JsonDocument.Parse(session.ModelMetadata.CustomMetadataMap["mekiki"]).RootElement;
long[] sizes = [.. session.InputMetadata["images"].Dimensions.Select(d => (long)Math.Max(d, 1))];     // (N, C, H, W), N free: one picture
using var picture = SKBitmap.Decode(args[1]).Resize(new SKImageInfo((int)sizes[3], (int)sizes[2], SKColorType.Bgra8888), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
byte[] grey = [.. picture.Pixels.Select(p => (byte)Math.Round(0.299 * p.Red + 0.587 * p.Green + 0.114 * p.Blue))], colours = [.. picture.Pixels.Select(p => p.Red), .. picture.Pixels.Select(p => p.Green), .. picture.Pixels.Select(p => p.Blue)];
using var images = OrtValue.CreateTensorValueFromMemory(sizes[1] == 1 ? grey : colours, sizes);
using var results = session.Run(new RunOptions(), ["images"], [images], ["probabilities"]);
float[] probabilities = results[0].GetTensorDataAsSpan<float>().ToArray();
Console.WriteLine(card.GetProperty("classes")[Array.IndexOf(probabilities, probabilities.Max())]);
