# Writes eleven small image classifiers as PyTorch and torchvision export them: whole files for a campaign (`--from DIR`).
# Debian: python3-torch, python3-torchvision. Use: python3 fuzz/networks.py DIR
import os
import sys
from functools import partial

import torch
from torch import nn
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.densenet import DenseNet
from torchvision.models.efficientnet import EfficientNet, MBConvConfig
from torchvision.models.googlenet import BasicConv2d, Inception
from torchvision.models.mobilenetv2 import InvertedResidual
from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3
from torchvision.models.regnet import BlockParams, RegNet
from torchvision.models.shufflenetv2 import ShuffleNetV2
from torchvision.models.squeezenet import Fire
from torchvision.models.vision_transformer import VisionTransformer

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
torch.manual_seed(0)


def head(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 2)]


networks = {
    "convnext": (17, ConvNeXt([CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 1)], num_classes=2), 16),
    "densenet": (11, DenseNet(growth_rate=4, block_config=(2, 2), num_init_features=8, bn_size=2, num_classes=2), 32),
    "efficientnet": (13, EfficientNet([MBConvConfig(1, 3, 1, 8, 8, 1, 1.0, 1.0), MBConvConfig(2, 3, 2, 8, 8, 2, 1.0, 1.0)], 0.2, num_classes=2), 16),
    "inception": (9, nn.Sequential(BasicConv2d(3, 8, kernel_size=3), Inception(8, 4, 4, 4, 2, 4, 4), *head(16)), 16),
    "lenet": (12, nn.Sequential(nn.Conv2d(1, 4, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(4, 8, 5), nn.Sigmoid(), nn.MaxPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(72, 10), nn.LogSoftmax(1)), 20),
    "mobilenetv2": (15, nn.Sequential(InvertedResidual(3, 8, 2, 2), InvertedResidual(8, 8, 1, 2), *head(8)), 16),
    "mobilenetv3": (14, MobileNetV3([InvertedResidualConfig(16, 3, 16, 16, True, "HS", 1, 1, 0.5)], last_channel=16, num_classes=2), 16),
    "regnet": (16, RegNet(BlockParams([1, 1], [8, 8], [4, 4], [1.0, 1.0], [1, 2], 0.25), num_classes=2, stem_width=8), 16),
    "shufflenet": (17, ShuffleNetV2([1, 1, 1], [8, 8, 16, 16, 16], num_classes=2), 32),
    "squeezenet": (10, nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(8, 4, 8, 8), nn.Dropout(), *head(16)), 16),
    "transformer": (16, VisionTransformer(image_size=8, patch_size=4, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=16, num_classes=2), 8),
}
for name, (opset, network, side) in networks.items():
    network.eval()
    try:
        x = torch.zeros(1, 1 if name == "lenet" else 3, side, side)
        path = os.path.join(folder, name + ".onnx")
        torch.onnx.export(network, x, path, opset_version=opset, input_names=["images"], output_names=["scores"], dynamic_axes={"images": {0: "N"}, "scores": {0: "N"}})
        print(name, os.path.getsize(path))
    except Exception as e:
        print(name, "FAILED", str(e)[:300])
