namespace Mekiki.Vision.Models;

/// <summary>A network whose cells stand in planes that are no layers of the engine.</summary>
internal interface IHasStages
{
    /// <summary>The planes of each stage, in the order in which they are computed.</summary>
    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>Of each, its name and (N, K, h, w), float32.</returns>
    IEnumerable<LayerMaps> Stages(Tensor x);
}
