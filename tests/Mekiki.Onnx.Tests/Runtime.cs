using Microsoft.ML.OnnxRuntime;

namespace Mekiki.Onnx.Tests;

/// <summary>Runs ONNX files on ONNX Runtime.</summary>
internal static class Runtime
{
    /// <summary>The named output of a file for images.</summary>
    public static float[] Run(string path, byte[] pixels, long[] sizes, string output = "probabilities")
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(path, options);
        using var images = OrtValue.CreateTensorValueFromMemory(pixels, sizes);
        using var run = new RunOptions();
        using var results = session.Run(run, ["images"], [images], [output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>The first output of a file for floats.</summary>
    public static float[] Run(string path, string input, float[] values, long[] sizes)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(path, options);
        using var images = OrtValue.CreateTensorValueFromMemory(values, sizes);
        using var run = new RunOptions();
        using var results = session.Run(run, [input], [images], [session.OutputNames[0]]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>What the metadata of a file hold.</summary>
    public static Dictionary<string, string> Metadata(string path)
    {
        using var session = new InferenceSession(path);
        return session.ModelMetadata.CustomMetadataMap;
    }
}
