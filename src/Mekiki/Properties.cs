// Autograd.Function is the users'; behind the border it is what a backend computes element by element.
global using Function = Mekiki.Backends.Function;
using System.Runtime.CompilerServices;

// Kernels take small buffers from the stack; clearing them at each call would cost more than some of the calls.
[module: SkipLocalsInit]
