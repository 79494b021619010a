using Mekiki.Workbench.Pictures;

namespace Mekiki.Workbench.Lessons;

/// <summary>A piece of a lesson: a paragraph in both languages, or lines of code.</summary>
/// <param name="FirstLine">Its first line in the file, from 1.</param>
/// <param name="LastLine">Its last line.</param>
internal abstract record LessonCell(int FirstLine, int LastLine);

/// <summary>A paragraph, a heading or a list, in the small markup of <see cref="Markup"/>.</summary>
/// <param name="FirstLine">Its first line in the file, from 1.</param>
/// <param name="LastLine">Its last line.</param>
/// <param name="Text">In both languages.</param>
internal sealed record TextCell(int FirstLine, int LastLine, Words Text) : LessonCell(FirstLine, LastLine);

/// <summary>Lines of code, with the comments that belong to it.</summary>
/// <param name="FirstLine">Its first line in the file, from 1.</param>
/// <param name="LastLine">Its last line.</param>
/// <param name="Code">The lines.</param>
/// <param name="IsPreamble">Whether it is the directives and usings at the head of the file.</param>
internal sealed record CodeCell(int FirstLine, int LastLine, string Code, bool IsPreamble) : LessonCell(FirstLine, LastLine);
