using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>g += decay · p; b = momentum · b + g; p -= rate · (b, or g + momentum · b), as <see cref="Optimizers.Sgd"/> says.</summary>
internal unsafe struct SgdUpdate : IUpdate
{
    public float Decay, Momentum;
    public bool Nesterov;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V, S>(in UpdateTarget at, nint from, nint to) where V : struct where S : ISimd<V>
    {
        float* p = at.Value, g = at.Gradient, buffer = at.First;
        V rate = S.Broadcast(-at.Rate), decay = S.Broadcast(Decay), momentum = S.Broadcast(Momentum);
        if (buffer == null)
            for (nint i = from; i < to; i += S.Count)
                S.Store(p + i, S.Fma(rate, S.Fma(decay, S.Load(p + i), S.Load(g + i)), S.Load(p + i)));
        else
            for (nint i = from; i < to; i += S.Count)
            {
                V value = S.Load(p + i), gradient = S.Fma(decay, value, S.Load(g + i));
                V sum = S.Fma(momentum, S.Load(buffer + i), gradient);
                S.Store(buffer + i, sum);
                S.Store(p + i, S.Fma(rate, Nesterov ? S.Fma(momentum, sum, gradient) : sum, value));
            }
    }
}

/// <summary>The formula of <see cref="Optimizers.Adam"/> and, with <see cref="Keep"/> instead of <see cref="Decay"/>, of <see cref="Optimizers.AdamW"/>.</summary>
internal unsafe struct AdamUpdate : IUpdate
{
    public float Beta1, Rest1, Beta2, Rest2, Epsilon;

    /// <summary>Weight decay as part of the gradient.</summary>
    public float Decay;

    /// <summary>What weight decay beside the gradient leaves of a parameter.</summary>
    public float Keep;

    public static AdamUpdate Of(in UpdateRule rule) => new()
    {
        Beta1 = rule.First,
        Rest1 = rule.FirstRest,
        Beta2 = rule.Second,
        Rest2 = rule.SecondRest,
        Epsilon = rule.Epsilon,
        Decay = rule.Decay,
        Keep = rule.Keep,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V, S>(in UpdateTarget at, nint from, nint to) where V : struct where S : ISimd<V>
    {
        float* p = at.Value, g = at.Gradient, first = at.First, second = at.Second;
        V rate = S.Broadcast(-at.Rate), correction = S.Broadcast(at.Correction), decay = S.Broadcast(Decay), keep = S.Broadcast(Keep);
        V beta1 = S.Broadcast(Beta1), rest1 = S.Broadcast(Rest1), beta2 = S.Broadcast(Beta2), rest2 = S.Broadcast(Rest2), epsilon = S.Broadcast(Epsilon);
        for (nint i = from; i < to; i += S.Count)
        {
            V value = S.Load(p + i), gradient = S.Fma(decay, value, S.Load(g + i));
            V m = S.Fma(rest1, gradient, S.Mul(beta1, S.Load(first + i)));
            V v = S.Fma(S.Mul(rest2, gradient), gradient, S.Mul(beta2, S.Load(second + i)));
            S.Store(first + i, m);
            S.Store(second + i, v);
            S.Store(p + i, S.Fma(rate, S.Div(m, S.Fma(S.Sqrt(v), correction, epsilon)), S.Mul(keep, value)));
        }
    }
}

/// <summary>The formula of <see cref="Optimizers.RmsProp"/>.</summary>
internal unsafe struct RmsPropUpdate : IUpdate
{
    public float Decay, Alpha, Rest, Epsilon, Momentum;

    public static RmsPropUpdate Of(in UpdateRule rule) => new()
    {
        Decay = rule.Decay,
        Alpha = rule.First,
        Rest = rule.FirstRest,
        Epsilon = rule.Epsilon,
        Momentum = rule.Second,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V, S>(in UpdateTarget at, nint from, nint to) where V : struct where S : ISimd<V>
    {
        float* p = at.Value, g = at.Gradient, square = at.First, buffer = at.Second;
        V rate = S.Broadcast(-at.Rate), decay = S.Broadcast(Decay), alpha = S.Broadcast(Alpha), rest = S.Broadcast(Rest);
        V epsilon = S.Broadcast(Epsilon), momentum = S.Broadcast(Momentum);
        for (nint i = from; i < to; i += S.Count)
        {
            V value = S.Load(p + i), gradient = S.Fma(decay, value, S.Load(g + i));
            V mean = S.Fma(S.Mul(rest, gradient), gradient, S.Mul(alpha, S.Load(square + i)));
            V change = S.Div(gradient, S.Add(S.Sqrt(mean), epsilon));
            S.Store(square + i, mean);
            if (buffer != null)
            {
                change = S.Fma(momentum, S.Load(buffer + i), change);
                S.Store(buffer + i, change);
            }

            S.Store(p + i, S.Fma(rate, change, value));
        }
    }
}
