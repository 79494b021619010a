namespace Mekiki.Serving.Http;

/// <summary>How a route behaves.</summary>
internal enum RouteForm
{
    /// <summary>It needs a key where there are keys, and answers problems as RFC 9457 has them.</summary>
    Usual,

    /// <summary>It needs no key: what it gives is no secret.</summary>
    Open,

    /// <summary>Whether the service lives; without a key, and also while it ends.</summary>
    Health,

    /// <summary>It needs a key, and answers problems as <c>{"error": "…"}</c>.</summary>
    PlainErrors,
}
