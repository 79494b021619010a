#!/usr/bin/python3
"""Makes zoo.json: torchvision's networks on small images, with weights and images that a formula gives.

usage: make_zoo.py OUT_DIR   (Debian: python3-torch, python3-torchvision)
"""
import json, math, sys, zlib
import numpy as np
import torch, torchvision

NETWORKS = {"alexnet": (63, 70), "vgg11_bn": (32, 64), "googlenet": (48, 40), "resnet18": (48, 37), "resnet50": (33, 48),
            "efficientnet_b1": (64, 41), "efficientnet_b2": (48, 64), "efficientnet_b3": (33, 64), "efficientnet_v2_s": (64, 48)}
CLASSES = 5


def formula(name, shape, low, high):
    """Element j: the finalizer of Murmur3 over j * 2654435761 + crc32(name), scaled to [low, high)."""
    with np.errstate(over="ignore"):
        x = np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(2654435761) + np.uint32(zlib.crc32(name.encode()))
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
        x ^= x >> np.uint32(16)
    return torch.from_numpy((low + (high - low) * (x / 2.0**32)).astype(np.float32).reshape(shape))


def weight(name, tensor, gain):
    if name.endswith("num_batches_tracked"):
        return tensor
    if tensor.dim() == 1:
        return formula(name, tensor.shape, *((0.9, 1.1) if name.endswith(("running_var", "weight")) else (-0.1, 0.1)))
    bound = math.sqrt(gain / tensor[0].numel())
    return formula(name, tensor.shape, -bound, bound)


zoo = {}
for name, (height, width) in NETWORKS.items():
    options = {"aux_logits": True, "transform_input": False, "init_weights": False} if name == "googlenet" else {}
    network = getattr(torchvision.models, name)(weights=None, num_classes=CLASSES, **options)
    state = network.state_dict()
    gain = 2 if name.startswith(("resnet", "efficientnet_v2")) else 6  # 6 makes what many residual blocks compute a matter of rounding
    network.load_state_dict({key: weight(key, tensor, gain) for key, tensor in state.items()})
    images = formula("input", (2, 3, height, width), 0, 1)
    with torch.no_grad():
        logits = network.double().eval()(images.double())
    zoo[name] = {
        "input": list(images.shape),
        "parameters": sum(p.numel() for p in network.parameters()),
        "std": float(logits.std()),
        "logits": [[round(float(v), 7) for v in row] for row in logits],
        "keys": {key: list(tensor.shape) for key, tensor in state.items()},
    }
with open(f"{sys.argv[1]}/zoo.json", "w") as file:
    json.dump({"made_with": f"torch {torch.__version__}, torchvision {torchvision.__version__}", "zoo": zoo}, file, separators=(",", ":"))
