namespace Mekiki.Vision.Explanations;

/// <summary>What messages call the methods.</summary>
internal static class MethodNames
{
    public static string Title(this ExplanationMethod method) => method switch
    {
        ExplanationMethod.Occlusion => "Occlusion",
        ExplanationMethod.IntegratedGradients => "Integrated gradients",
        ExplanationMethod.GradCam => "Grad-CAM",
        ExplanationMethod.VisualWords => "Visual words",
        _ => "HiResCAM",
    };
}
