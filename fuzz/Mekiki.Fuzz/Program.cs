using Mekiki.Fuzz;

// Mekiki.Fuzz [FORMAT…] [--count N] [--seed N] [--out DIR] [--from DIR]: tries N inputs of each format; without names, of all. They are
// made of the files in the folder `from`, or else of small ones that the program makes.
// Mekiki.Fuzz --try FORMAT FILE: reads one file as the campaign does.
// Mekiki.Fuzz --seeds FORMAT DIR: writes the whole files of a format. Mekiki.Fuzz --guided FORMAT: reads what AFL++ sends; see fuzz/guided.
if (args is ["--guided", var name])
    return Guided.Run(name);
return Arguments.Parse(args) switch
{
    { Seeds: { } folder } arguments => Guided.WriteSeeds(arguments.Formats[0], folder),
    { Try: { } file } arguments => Worker.Try(arguments.Formats[0], file),
    { First: { } first } arguments => new Worker(arguments.Formats[0], arguments.Seed, arguments.Out).Run(first, arguments.Count),
    var arguments => Campaign.Run(arguments),
};
