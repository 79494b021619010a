using System.Globalization;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Microsoft.Data.Sqlite;

namespace OwnData;

/// <summary>The rows of a table as images. Labels are read at once, pictures one by one, each by a connection of its own, since several threads ask.</summary>
internal sealed class SqliteImages : IImageSource
{
    private readonly string connectionString;
    private readonly List<(long Id, int Label)> rows = [];

    public SqliteImages(string connectionString)
    {
        this.connectionString = connectionString;
        using var connection = Open();
        var labels = new SortedSet<string>(StringComparer.Ordinal);
        using (var command = new SqliteCommand("SELECT DISTINCT label FROM images", connection))
        using (var reader = command.ExecuteReader())
            while (reader.Read())
                labels.Add(reader.GetString(0));
        Classes = [.. labels];
        var index = Classes.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => c.i);
        using (var command = new SqliteCommand("SELECT id, label FROM images ORDER BY id", connection))
        using (var reader = command.ExecuteReader())
            while (reader.Read())
                rows.Add((reader.GetInt64(0), index[reader.GetString(1)]));
    }

    public string Name => "images";

    public IReadOnlyList<string> Classes { get; }

    public int Count => rows.Count;

    public int LabelOf(int index) => rows[index].Label;

    public string NameOf(int index) => rows[index].Id.ToString(CultureInfo.InvariantCulture);

    public ImageInput Read(int index)
    {
        using var connection = Open();
        using var command = new SqliteCommand("SELECT picture FROM images WHERE id = $id", connection);
        command.Parameters.AddWithValue("$id", rows[index].Id);
        return ImageInput.FromBytes((byte[])command.ExecuteScalar()!);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        return connection;
    }
}
