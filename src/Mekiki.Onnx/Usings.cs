global using Mekiki.Onnx.Files;
global using Mekiki.Onnx.Export;
global using Mekiki.Vision;
global using Mekiki.Vision.Images;
global using Mekiki.Vision.Models;
global using Mekiki.Files;
