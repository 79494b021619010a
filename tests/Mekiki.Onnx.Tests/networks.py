# Writes torchvision's networks with drawn weights as ONNX files, as PyTorch exports them: for NetworksOfOthersTests.
# Debian: python3-torch, python3-torchvision. Use: python3 networks.py DIR, then MEKIKI_ONNX_NETWORKS=DIR
import os
import sys

import torch
import torchvision

NAMES = ["squeezenet1_1", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0", "regnet_y_400mf", "densenet121", "convnext_tiny", "vit_b_16", "googlenet"]
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
for name in NAMES:
    torch.manual_seed(0)
    network = getattr(torchvision.models, name)(weights=None).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # norms that do nothing would hide mistakes
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    if name == "vit_b_16":  # begins with a last layer of zeros
        network.heads.head.weight.data.normal_(0, 0.1)
    for opset in (11, 17):
        path = os.path.join(folder, f"{name}-{opset}.onnx")
        try:
            torch.onnx.export(network, torch.randn(1, 3, 224, 224), path, opset_version=opset, input_names=["images"], output_names=["scores"], dynamic_axes={"images": {0: "N"}, "scores": {0: "N"}})
            print(name, opset, os.path.getsize(path))
        except Exception as e:
            print(name, opset, "not exported:", str(e).splitlines()[0])
