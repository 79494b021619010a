using Mekiki.Backends;
using Mekiki.Operations;

namespace Mekiki;

public sealed partial class Tensor
{
    /// <summary>Where each element equals that of <paramref name="other"/>, a bool tensor; with broadcasting. What is no number (NaN) differs from all.</summary>
    /// <param name="other">Of the same type, whichever.</param>
    /// <exception cref="MekikiException">Types differ, or sizes differ and neither is 1.</exception>
    public Tensor EqualTo(Tensor other) => ChoiceOperation.Compare(Comparison.Equal, this, other);

    /// <summary>Where each element equals a number, a bool tensor. What is no number (NaN) differs from all.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="MekikiException">The elements are no float32.</exception>
    public Tensor EqualTo(float number) => Compare(Comparison.Equal, number);

    /// <summary>Where each element differs from that of <paramref name="other"/>, a bool tensor; with broadcasting. What is no number (NaN) differs from all.</summary>
    /// <param name="other">Of the same type, whichever.</param>
    /// <exception cref="MekikiException">Types differ, or sizes differ and neither is 1.</exception>
    public Tensor NotEqualTo(Tensor other) => ChoiceOperation.Compare(Comparison.NotEqual, this, other);

    /// <summary>Where each element differs from a number, a bool tensor. What is no number (NaN) differs from all.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="MekikiException">The elements are no float32.</exception>
    public Tensor NotEqualTo(float number) => Compare(Comparison.NotEqual, number);

    /// <summary>Where each element is above that of <paramref name="other"/>, a bool tensor; with broadcasting. What is no number (NaN) differs from all.</summary>
    /// <param name="other">Of the same type, whichever.</param>
    /// <exception cref="MekikiException">Types differ, or sizes differ and neither is 1.</exception>
    public Tensor Greater(Tensor other) => ChoiceOperation.Compare(Comparison.Greater, this, other);

    /// <summary>Where each element is above a number, a bool tensor. What is no number (NaN) differs from all.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="MekikiException">The elements are no float32.</exception>
    public Tensor Greater(float number) => Compare(Comparison.Greater, number);

    /// <summary>Where each element is above or equals that of <paramref name="other"/>, a bool tensor; with broadcasting. What is no number (NaN) differs from all.</summary>
    /// <param name="other">Of the same type, whichever.</param>
    /// <exception cref="MekikiException">Types differ, or sizes differ and neither is 1.</exception>
    public Tensor GreaterOrEqual(Tensor other) => ChoiceOperation.Compare(Comparison.GreaterOrEqual, this, other);

    /// <summary>Where each element is above or equals a number, a bool tensor. What is no number (NaN) differs from all.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="MekikiException">The elements are no float32.</exception>
    public Tensor GreaterOrEqual(float number) => Compare(Comparison.GreaterOrEqual, number);

    /// <summary>Where each element is below that of <paramref name="other"/>, a bool tensor; with broadcasting. What is no number (NaN) differs from all.</summary>
    /// <param name="other">Of the same type, whichever.</param>
    /// <exception cref="MekikiException">Types differ, or sizes differ and neither is 1.</exception>
    public Tensor Less(Tensor other) => ChoiceOperation.Compare(Comparison.Less, this, other);

    /// <summary>Where each element is below a number, a bool tensor. What is no number (NaN) differs from all.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="MekikiException">The elements are no float32.</exception>
    public Tensor Less(float number) => Compare(Comparison.Less, number);

    /// <summary>Where each element is below or equals that of <paramref name="other"/>, a bool tensor; with broadcasting. What is no number (NaN) differs from all.</summary>
    /// <param name="other">Of the same type, whichever.</param>
    /// <exception cref="MekikiException">Types differ, or sizes differ and neither is 1.</exception>
    public Tensor LessOrEqual(Tensor other) => ChoiceOperation.Compare(Comparison.LessOrEqual, this, other);

    /// <summary>Where each element is below or equals a number, a bool tensor. What is no number (NaN) differs from all.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="MekikiException">The elements are no float32.</exception>
    public Tensor LessOrEqual(float number) => Compare(Comparison.LessOrEqual, number);

    /// <summary>True where the element is false, of a bool tensor.</summary>
    /// <exception cref="MekikiException">The elements are no bool.</exception>
    public Tensor LogicalNot() => ChoiceOperation.Not(this);

    /// <summary>True where both are, of bool tensors; with broadcasting.</summary>
    /// <exception cref="MekikiException">The elements are no bool, or sizes differ and neither is 1.</exception>
    public Tensor LogicalAnd(Tensor other) => ChoiceOperation.Both(this, other);

    /// <summary>True where either is, of bool tensors; with broadcasting.</summary>
    /// <exception cref="MekikiException">The elements are no bool, or sizes differ and neither is 1.</exception>
    public Tensor LogicalOr(Tensor other) => ChoiceOperation.Either(this, other);

    /// <summary>Elements of <paramref name="yes"/> where the condition is true, else of <paramref name="no"/>; with broadcasting of all three.</summary>
    /// <param name="condition">Bool.</param>
    /// <param name="yes">Of any type.</param>
    /// <param name="no">Of the same type.</param>
    /// <exception cref="MekikiException">A type is wrong, or sizes differ and neither is 1.</exception>
    public static Tensor Where(Tensor condition, Tensor yes, Tensor no) => ChoiceOperation.Where(condition, yes, no);

    private Tensor Compare(Comparison f, float number)
    {
        Operand.Check(f.ToString(), this);
        return ChoiceOperation.Compare(f, this, Scalar(number));
    }
}
