[assembly: AssemblyFixture(typeof(Mekiki.Packages.Tests.PackedPackages))]
// Builds of other programs; one at a time, because each takes all cores.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
