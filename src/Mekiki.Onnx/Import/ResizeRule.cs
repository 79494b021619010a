namespace Mekiki.Onnx.Import;

/// <summary>How Resize makes pixels of others.</summary>
/// <param name="Mode">nearest, linear or cubic.</param>
internal sealed record ResizeRule(string Mode)
{
    /// <summary>Where the pixels of the result lie over those of the input.</summary>
    public string Places { get; init; } = "half_pixel";

    /// <summary>Which of two pixels is nearest.</summary>
    public string Nearest { get; init; } = "round_prefer_floor";

    /// <summary>The slope of cubic weights.</summary>
    public double CubicA { get; init; } = -0.75;

    /// <summary>Whether smaller images are made with filters as wide as the scale asks.</summary>
    public bool IsAntialiased { get; init; }

    /// <summary>Whether places beside the image have no weight; otherwise the edge stands there.</summary>
    public bool LeavesOutside { get; init; }

    public bool IsKnown => Mode is "nearest" or "linear" or "cubic"
        && Places is "half_pixel" or "half_pixel_symmetric" or "pytorch_half_pixel" or "tf_half_pixel_for_nn" or "align_corners" or "asymmetric" or "tf_crop_and_resize"
        && Nearest is "round_prefer_floor" or "round_prefer_ceil" or "floor" or "ceil";
}
