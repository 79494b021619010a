using Mekiki.Vision.Data;
using Microsoft.Data.Sqlite;
using SkiaSharp;

namespace OwnData;

/// <summary>A database to try with: drawn characters, and one row that is no picture.</summary>
internal static class DrawnCharacters
{
    public static void Fill(SqliteConnection connection, int count)
    {
        var set = KanaSet.Draw(count, testCount: 1);
        using (var create = new SqliteCommand("CREATE TABLE images (id INTEGER PRIMARY KEY, label TEXT NOT NULL, picture BLOB NOT NULL)", connection))
            create.ExecuteNonQuery();
        using var transaction = connection.BeginTransaction();
        using var insert = new SqliteCommand("INSERT INTO images (label, picture) VALUES ($label, $picture)", connection, transaction);
        var label = insert.Parameters.Add("$label", SqliteType.Text);
        var picture = insert.Parameters.Add("$picture", SqliteType.Blob);
        using var bitmap = new SKBitmap(new SKImageInfo(set.Shape.Width, set.Shape.Height, SKColorType.Gray8, SKAlphaType.Opaque));
        for (int i = 0; i < count; i++)
        {
            set.Image(i).CopyTo(bitmap.GetPixelSpan());
            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            label.Value = set.Classes[set.Labels[i]];
            picture.Value = i == 99 ? "no picture"u8.ToArray() : png.ToArray();
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}
