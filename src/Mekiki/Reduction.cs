namespace Mekiki;

/// <summary>What becomes of the losses of a batch's rows.</summary>
public enum Reduction
{
    /// <summary>Their mean, weighted where there are class weights.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,
}
