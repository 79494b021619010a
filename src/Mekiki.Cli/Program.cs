using Mekiki.Cli;

return CommandLine.Run(args, Host.OfProcess());
