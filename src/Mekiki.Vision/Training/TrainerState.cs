using System.Text.Json.Serialization;

namespace Mekiki.Vision.Training;

/// <summary>Where a training stands, beside its weights and its optimizer.</summary>
/// <param name="Epoch">Epochs that have ended.</param>
/// <param name="Batch">Batches of the next epoch that were trained on.</param>
/// <param name="LossSum">Over the images of these batches.</param>
/// <param name="Correct">How many of these images were right.</param>
/// <param name="Images">How many these images are.</param>
/// <param name="EpochSeconds">How long these batches took.</param>
/// <param name="TrainSeconds">How long all batches took.</param>
/// <param name="ImagesTrained">How many images they were.</param>
/// <param name="LastGain">The last epoch that was better on the validation part than all before it; 0: none has ended.</param>
/// <param name="IsCut">Whether a time budget ended it before its last step.</param>
/// <param name="Best">The epoch whose network is kept: with a validation part the best on it, the latest of equal ones; otherwise the last.</param>
internal sealed record TrainerState(
    int Epoch, int Batch, double LossSum, long Correct, long Images, double EpochSeconds, double TrainSeconds, long ImagesTrained, int LastGain, bool IsCut, EpochResult? Best)
{
    public static TrainerState Beginning { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, false, null);

    /// <summary>After one more batch.</summary>
    public TrainerState With(int count, double loss, int correct, double seconds) => this with
    {
        Batch = Batch + 1,
        LossSum = LossSum + loss * count,
        Correct = Correct + correct,
        Images = Images + count,
        EpochSeconds = EpochSeconds + seconds,
        TrainSeconds = TrainSeconds + seconds,
        ImagesTrained = ImagesTrained + count,
    };

    /// <summary>At the beginning of the next epoch.</summary>
    public TrainerState NextEpoch(EpochResult result) => this with
    {
        Epoch = Epoch + 1,
        Batch = 0,
        LossSum = 0,
        Correct = 0,
        Images = 0,
        EpochSeconds = 0,
        LastGain = Best is { Validation: { } last } && !(result.Validation?.Accuracy > last.Accuracy) ? LastGain : Epoch + 1,
        Best = Best is { Validation: { } best } && best.Accuracy > result.Validation?.Accuracy ? Best : result,
    };
}

[JsonSerializable(typeof(TrainerState))]
[JsonSerializable(typeof(PartResult))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class TrainerStateJson : JsonSerializerContext;
