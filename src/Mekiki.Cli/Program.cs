Console.WriteLine("mekiki");
