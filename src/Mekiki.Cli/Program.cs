using Mekiki.Cli;

WiderImage.Become(args);
var host = Host.OfProcess();
if (AddressSpace.Warning() is { } warning)
    host.SayWarning(warning);
return CommandLine.Run(args, host);
