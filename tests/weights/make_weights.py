#!/usr/bin/python3
"""Makes the small files of weights in this folder, with PyTorch and NumPy, and checks files that Mekiki wrote.

usage: make_weights.py FOLDER          writes the files
       make_weights.py --check FILE    loads a file of ours (.pt, .npz, .safetensors) and prints names, shapes and sums

Made with Debian's python3-torch 1.13 and NumPy 1.24. Everything that the tests expect stands in expected.json. No part
of Mekiki needs Python; the files are committed.
"""
import json, struct, sys
from collections import OrderedDict
import numpy as np
import torch, torch.nn as nn


def safetensors(path, state):
    kinds = {torch.float32: "F32", torch.int64: "I64"}
    head, data = {}, b""
    for name, t in sorted(state.items(), key=lambda item: -item[1].element_size()):
        raw = t.detach().contiguous().numpy().tobytes()
        head[name] = {"dtype": kinds[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    kinds = {"F32": np.float32, "I64": np.int64}
    data = open(path, "rb").read()
    n = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8:8 + n])
    head.pop("__metadata__", None)
    return {k: torch.from_numpy(np.frombuffer(data[8 + n + v["data_offsets"][0]:8 + n + v["data_offsets"][1]], kinds[v["dtype"]]).reshape(v["shape"]).copy())
            for k, v in head.items()}


if sys.argv[1] == "--check":
    path = sys.argv[2]
    state = (torch.load(path, weights_only=True) if path.endswith((".pt", ".pth"))
             else {k: torch.from_numpy(v) for k, v in np.load(path, allow_pickle=False).items()} if path.endswith(".npz")
             else read_safetensors(path))
    for name, t in state.items():
        print(name, t.dtype, tuple(t.shape), f"{t.double().sum().item():.9g}")
    sys.exit()

out = sys.argv[1]
torch.manual_seed(4)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.bn, self.fc = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Linear(4 * 3 * 3, 5)

    def forward(self, x):
        return self.fc(torch.max_pool2d(torch.relu(self.bn(self.conv(x))), 2).flatten(1))


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(3):
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(torch.randn(8, 3, 6, 6)), torch.randint(0, 5, (8,))).backward()
    optimizer.step()
net.eval()
x = torch.randn(2, 3, 6, 6)
state = net.state_dict()
expected = {"x": x.flatten().tolist(), "logits": net(x).flatten().tolist()}

torch.save(state, f"{out}/net.pt")
safetensors(f"{out}/net.safetensors", state)
torch.save({"epoch": 3, "state_dict": OrderedDict(("module." + k, v) for k, v in state.items()), "optimizer": optimizer.state_dict(), "best": 0.5}, f"{out}/checkpoint.pt")
torch.save(OrderedDict((k, v.half() if v.is_floating_point() else v) for k, v in state.items()), f"{out}/half.pt")
expected["half_logits"] = (lambda n: (n.load_state_dict(torch.load(f"{out}/half.pt")), n.eval(), n(x).flatten().tolist())[2])(Net())

# Chainer's names, as its save_npz writes a Classifier: predictor/conv/W.
leaf = {"weight": "W", "bias": "b", "running_mean": "avg_mean", "running_var": "avg_var", "num_batches_tracked": "N"}
named = {}
for k, v in state.items():
    layer, name = k.rsplit(".", 1)
    name = {"weight": "gamma", "bias": "beta"}.get(name, leaf[name]) if layer == "bn" else leaf[name]
    named[f"predictor/{layer}/{name}"] = v.numpy()
np.savez_compressed(f"{out}/chainer.npz", **named)
np.savez(f"{out}/numpy.npz", **{k: np.array(v.numpy(), np.float64 if v.is_floating_point() else np.int32, order="F") for k, v in state.items()})

# Views: what lies in a storage otherwise than row by row from its beginning.
base = torch.arange(24, dtype=torch.float32)
views = OrderedDict(
    whole=base, tied=base, matrix=base.view(4, 6), transposed=base.view(4, 6).t(), sliced=base.view(4, 6)[1:, ::2], third=base[2::3],
    permuted=base.view(2, 3, 4).permute(2, 0, 1), images=torch.arange(48, dtype=torch.float32).view(2, 2, 3, 4).contiguous(memory_format=torch.channels_last),
    scalar=torch.tensor(3.5), element=base[7], empty=torch.zeros(0, 3), parameter=nn.Parameter(torch.tensor([1.0, -2.0])))
torch.save(views, f"{out}/views.pt")
types = OrderedDict(
    f64=torch.tensor([1.5, -1e-3], dtype=torch.float64), f32=torch.tensor([1.5, -1e-3]), f16=torch.tensor([1.5, 6e-8], dtype=torch.float16), bf16=torch.tensor([1.5, -3e38], dtype=torch.bfloat16),
    i64=torch.tensor([-2**62, 7]), i32=torch.tensor([-2**31, 7], dtype=torch.int32), i16=torch.tensor([-2**15, 7], dtype=torch.int16), i8=torch.tensor([-128, 7], dtype=torch.int8),
    u8=torch.tensor([255, 7], dtype=torch.uint8), bool=torch.tensor([True, False]))
torch.save(types, f"{out}/types.pt")
for name, tensors in (("views", views), ("types", types)):
    expected[name] = {k: {"shape": list(v.shape), "values": (v.detach().float() if v.is_floating_point() else v.long()).flatten().tolist()} for k, v in tensors.items()}

# As before PyTorch 1.6.
torch.save(state, f"{out}/old.pt", _use_new_zipfile_serialization=False)

# What is refused, with reasons.
torch.save(nn.Linear(2, 1), f"{out}/module.pt")
torch.jit.save(torch.jit.script(nn.Linear(2, 1)), f"{out}/script.pt")
json.dump(expected, open(f"{out}/expected.json", "w"), indent=None)
