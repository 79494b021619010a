using Mekiki.Cli;

WiderImage.Become(args);
return CommandLine.Run(args, Host.OfProcess());
