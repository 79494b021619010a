using Mekiki.Serving.Http;
using Mekiki.Serving.Metrics;
using Mekiki.Serving.Models;
using Mekiki.Serving.Routes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mekiki.Serving;

/// <summary>Adds the routes of the recognizers to a program.</summary>
public static class MekikiRoutes
{
    /// <summary>Maps all routes: predictions, explanations, models, the Open Inference Protocol, metrics, and the page at <c>/</c>.</summary>
    /// <param name="endpoints">The program's routes, or a group of them.</param>
    /// <returns>All of them, for what the program adds, such as its own authorization.</returns>
    /// <exception cref="InvalidOperationException">No model was added by <see cref="MekikiServices.AddMekiki(IServiceCollection, string, string)"/>.</exception>
    public static IEndpointConventionBuilder MapMekiki(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var models = services.GetService<ServedModels>() ?? throw new InvalidOperationException("MapMekiki: expected a model, got none. Call services.AddMekiki(name, path) first.");
        var (door, uploads, recognition, options) = (services.GetRequiredService<Door>(), services.GetRequiredService<Uploads>(), services.GetRequiredService<Recognition>(), MekikiServices.Options(services));
        var work = new SideWork();
        var heatMaps = new HeatMaps(work);
        var group = endpoints.MapGroup("");

        var facts = new ModelRoutes(models, recognition, options);
        Get("/models", facts.List);
        Get("/models/{name}/card", facts.Card);
        Get("/models/{name}/report", facts.Report);
        Post("/models/{name}/predict", new PredictRoute(recognition, uploads, heatMaps).Answer);
        Post("/models/{name}/explain", new ExplainRoute(recognition, uploads, heatMaps).Answer);
        Post("/models/{name}/similar", new SimilarRoute(recognition, uploads, work).Answer);
        Post("/models/{name}", new HuggingFaceRoute(recognition, uploads).Answer, RouteForm.PlainErrors);

        var inference = new InferenceRoutes(models, recognition, uploads, door, options);
        Get("/v2", inference.Server, RouteForm.PlainErrors);
        Get("/v2/health/live", inference.Live, RouteForm.Health);
        Get("/v2/health/ready", inference.Ready, RouteForm.Health);
        foreach (string model in new[] { "/v2/models/{name}", "/v2/models/{name}/versions/{version}" })
        {
            Get(model, inference.Model, RouteForm.PlainErrors);
            Get(model + "/ready", inference.ModelReady, RouteForm.PlainErrors);
            Post(model + "/infer", inference.Infer, RouteForm.PlainErrors);
        }

        if (options.CanManage)
        {
            Post("/v2/repository/index", inference.Index, RouteForm.PlainErrors);
            Post("/v2/repository/models/{name}/load", inference.Load, RouteForm.PlainErrors);
            Post("/v2/repository/models/{name}/unload", inference.Unload, RouteForm.PlainErrors);
        }

        if (options.Corrections is not null)
            Post("/corrections", new CorrectionRoute(recognition, uploads, options).Answer);

        var metrics = services.GetRequiredService<PrometheusText>();
        Get("/metrics", (context, _) => Reply.Text(context, metrics.Write(), PrometheusText.ContentType));
        Get("/openapi/v1.json", PageRoutes.File("openapi.json"), RouteForm.Open);
        foreach (string file in PageRoutes.Files)
            Get(file == "index.html" ? "/" : file == "api.html" ? "/api" : "/page/" + file, PageRoutes.File(file), RouteForm.Open);
        return group;

        void Get(string pattern, Func<HttpContext, CancellationToken, Task> answer, RouteForm form = RouteForm.Usual) => Map(pattern, ["GET", "HEAD"], answer, form);
        void Post(string pattern, Func<HttpContext, CancellationToken, Task> answer, RouteForm form = RouteForm.Usual) => Map(pattern, ["POST"], answer, form);
        void Map(string pattern, string[] methods, Func<HttpContext, CancellationToken, Task> answer, RouteForm form) =>
            group.MapMethods(pattern, options.Origins.Count > 0 ? [.. methods, "OPTIONS"] : methods, door.Open(answer, form));
    }
}
