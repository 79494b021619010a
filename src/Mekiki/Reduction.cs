namespace Mekiki;

/// <summary>What becomes of the losses of a batch's rows or elements.</summary>
public enum Reduction
{
    /// <summary>Their mean, weighted where there are class weights.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>They stay as they are: one for each row, or for each element, as the loss says.</summary>
    None,

    /// <summary>Their sum divided by the size of the first dimension, N.</summary>
    BatchMean,
}
