using FolderWatcher;
using Mekiki.Vision;

// Sorts the images that arrive in a folder: each goes into a folder for its label, those that the model is unsure of into `unsure`,
// those that cannot be read into `unreadable`.
//   dotnet run --project samples/FolderWatcher -- --folder inbox --model model.safetensors --threshold 0.9
// --check: it trains a small model, sorts some images that it draws, and ends; exit code 0: all right.

if (args is ["--check"])
    return await Check.Run();

var builder = Host.CreateApplicationBuilder(args);
builder.Services.Configure<SorterOptions>(builder.Configuration);
builder.Services.AddSingleton(_ => Recognizer.Load(builder.Configuration["model"] ?? throw new InvalidOperationException("--model: expected a model file, got none. `mekiki train` makes one.")));
builder.Services.AddHostedService<Sorter>();
await builder.Build().RunAsync();
return 0;
