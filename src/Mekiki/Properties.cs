using System.Runtime.CompilerServices;

// Kernels take small buffers from the stack; clearing them at each call would cost more than some of the calls.
[module: SkipLocalsInit]
