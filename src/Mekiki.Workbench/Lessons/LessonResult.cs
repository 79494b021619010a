using Mekiki.Workbench.Pictures;

namespace Mekiki.Workbench.Lessons;

/// <summary>What a line of a lesson printed or showed.</summary>
/// <param name="Line">The line of the file, from 1.</param>
/// <param name="Text">What was printed; null: a picture was shown.</param>
/// <param name="Picture">What was shown; null: a text was printed.</param>
/// <param name="Caption">The picture's.</param>
internal sealed record LessonResult(int Line, string? Text, IPicture? Picture, Words Caption);
