using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Images;

public class DecodingRoomTests
{
    private const long Mebibyte = 1 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Take_WaitsUntilThereIsRoom_InTheOrderOfTheirComing()
    {
        var room = new DecodingRoom(100 * Mebibyte);
        var first = room.Take(60 * Mebibyte);
        var large = Task.Run(() => room.Take(70 * Mebibyte), Token);
        await Task.Delay(100, Token);
        // There would be room for it, but the large one came before.
        var small = Task.Run(() => room.Take(30 * Mebibyte), Token);
        await Task.Delay(100, Token);
        Assert.False(large.IsCompleted || small.IsCompleted);
        first.Dispose();
        first.Dispose();
        using (await large)
        using (await small)
            Assert.Equal(100 * Mebibyte, room.PeakBytes);
    }

    [Fact]
    public async Task PictureLargerThanTheRoom_WaitsUntilItIsAlone_AndIsNotRefused()
    {
        var room = new DecodingRoom(10 * Mebibyte);
        var first = room.Take(5 * Mebibyte);
        var huge = Task.Run(() => room.Take(500 * Mebibyte), Token);
        await Task.Delay(100, Token);
        Assert.False(huge.IsCompleted);
        first.Dispose();
        using (await huge)
            Assert.Equal(500 * Mebibyte, room.PeakBytes);
        room.Take(10 * Mebibyte).Dispose();
    }

    [Fact]
    public void LittlePictures_NeedNoRoom()
    {
        var room = new DecodingRoom(0);
        using var first = room.Take(1000);
        using var second = room.Take(Mebibyte - 1);
        Assert.Equal(0, room.PeakBytes);
        byte[] scratch = [];
        Assert.Same(first.Array(500, ref scratch), scratch);
    }

    [Fact]
    public void Arrays_AreUsedAgain()
    {
        var room = new DecodingRoom(100 * Mebibyte);
        byte[] array;
        using (var place = room.Take(10 * Mebibyte))
            array = place.Array((int)(4 * Mebibyte));
        using (var place = room.Take(10 * Mebibyte))
        {
            Assert.Same(array, place.Array((int)(3 * Mebibyte)));
            Assert.NotSame(array, place.Array((int)(3 * Mebibyte)));
        }
    }

    [Fact]
    public void FilesOf64Megapixels_AreNotDecodedAllAtOnce()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Images", "Large", "white-8192.webp"));
        Assert.InRange(file.Length, 1, 1000);
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            byte[] scratch = [], pixels = new byte[64];
            ImageDecoder.Decode(file, 1, 8, 8, ImageFit.Pad, pixels, ref scratch);
            Assert.All(pixels, p => Assert.Equal(255, p));
            Assert.Empty(scratch);
        });
        // One of them needs 9 bytes a pixel.
        Assert.InRange(DecodingRoom.Shared.PeakBytes, 9L << 26, 1L << 30);
    }
}
