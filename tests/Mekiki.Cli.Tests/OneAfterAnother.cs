// A command sets how many threads the process computes on, so commands run one after another, as they do for a user.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
