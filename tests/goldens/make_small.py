#!/usr/bin/python3
"""Makes the small reference cases of this folder, with PyTorch.

usage: make_small.py FULL OUT
FULL is a folder in the format of README.md, with many and large cases. Its small cases are kept, at most six for each
operation; small convolutions, batch norms and pools with every option, and two tiny networks in training, are added.
Values are computed in float64 and stored as float32.
"""
import json, math, os, struct, sys
import numpy as np
import torch, torch.nn as nn, torch.nn.functional as F

full, out = sys.argv[1], sys.argv[2]
os.makedirs(out, exist_ok=True)
torch.manual_seed(20); rng = np.random.default_rng(20)
tensors, cases = {}, []
R = lambda *s: torch.tensor(rng.standard_normal(s), dtype=torch.float32)

def put(key, t):
    a = t.detach().cpu().numpy() if torch.is_tensor(t) else np.asarray(t)
    tensors[key] = np.ascontiguousarray(a.astype(np.float32) if a.dtype == np.float64 else a); return key

# The small ones of the full set.
kinds = {"F32": np.float32, "I64": np.int64, "U8": np.uint8}
data = open(f"{full}/tensors.safetensors", "rb").read()
n = struct.unpack("<Q", data[:8])[0]; head = json.loads(data[8:8 + n])
kept, source = {}, json.load(open(f"{full}/cases.json"))
for c in source["cases"]:
    keys = [k for part in ("inputs", "outputs", "upstream", "grads") for k in c.get(part, {}).values()]
    size = sum(head[k]["data_offsets"][1] - head[k]["data_offsets"][0] for k in keys)
    limit, most = (6000, 2) if c["op"] in ("affine", "resize", "grayscale", "cat", "sum", "mean") else (9000, 2) if c["op"] == "adaptive_avg_pool2d" else (5000, 6)
    if size > limit or kept.get(c["op"], 0) == most or c["op"] in ("conv2d", "train", "matmul") and size > 1000: continue
    kept[c["op"]] = kept.get(c["op"], 0) + 1; cases.append(c)
    for k in keys:
        b, e = head[k]["data_offsets"]; tensors[k] = np.frombuffer(data[8 + n + b:8 + n + e], kinds[head[k]["dtype"]]).reshape(head[k]["shape"])

def case(op, args, inputs, fn, wrt, after={}):
    name = f"{op}_small_{len(cases):03d}"
    ins = {k: v.double().requires_grad_(k in wrt) if v.is_floating_point() else v for k, v in inputs.items()}
    y = fn(**ins); dy = torch.randn(y.shape).double() if y.dim() else torch.ones(()).double(); y.backward(dy)
    cases.append({"name": name, "op": op, "args": args, "inputs": {k: put(f"{name}/{k}", v) for k, v in inputs.items()}, "outputs": dict({"y": put(f"{name}/y", y)}, **{k: put(f"{name}/{k}", v) for k, v in after.items()}),
                  "upstream": {"y": put(f"{name}/dy", dy)}, "grads": {k: put(f"{name}/d{k}", ins[k].grad) for k in wrt}})

#        n  cin cout g  kh  kw  s  p  d  h   w   bias
for n_, ci, co, g, kh, kw, s, p, d, h, w, b in (
        (2, 1, 17, 1, 3, 3, 1, 1, 1, 9, 7, True), (1, 17, 5, 1, 3, 3, 1, 1, 1, 6, 7, True), (1, 6, 4, 2, 3, 3, 1, 2, 2, 8, 9, False), (2, 6, 6, 6, 3, 3, 2, 1, 1, 9, 8, True),
        (2, 3, 9, 3, 5, 5, 1, 2, 1, 7, 6, True), (1, 3, 5, 1, 7, 7, 2, 3, 1, 11, 12, False), (1, 1, 3, 1, 11, 11, 4, 2, 1, 23, 19, True), (2, 5, 7, 1, 1, 1, 2, 0, 1, 7, 8, True), (2, 3, 4, 1, 2, 4, 1, 3, 1, 5, 6, True), (1, 4, 9, 1, 1, 3, 2, 1, 2, 6, 9, False)):
    ins = {"x": R(n_, ci, h, w), "weight": R(co, ci // g, kh, kw) / math.sqrt(ci // g * kh * kw)}
    if b: ins["bias"] = R(co)
    a = {"stride": s, "padding": p, "dilation": d, "groups": g, "bias": b}
    case("conv2d", a, ins, lambda x, weight, bias=None: F.conv2d(x, weight, bias, s, p, d, g), list(ins))
for k, s, p, ceil, pad in ((2, 2, 0, False, True), (3, 2, 1, True, False), (3, 2, 1, False, True), (3, 2, 0, True, True)):
    a = {"kernel_size": k, "stride": s, "padding": p, "ceil_mode": ceil}; x = R(1, 3, 9, 8)
    case("max_pool2d", a, {"x": x}, lambda x: F.max_pool2d(x, **a), ["x"])
    case("avg_pool2d", dict(a, count_include_pad=pad), {"x": x}, lambda x: F.avg_pool2d(x, **a, count_include_pad=pad), ["x"])
for training in (True, False):
    a = {"training": training, "momentum": 0.1, "eps": 1e-5}; rm, rv = R(5), R(5).abs() + 0.5; after = {"running_mean_after": rm.double(), "running_var_after": rv.double()}
    case("batch_norm", a, {"x": R(3, 5, 4, 6) * 2 + 0.5, "weight": R(5), "bias": R(5), "running_mean": rm, "running_var": rv},
         lambda x, weight, bias, running_mean, running_var: F.batch_norm(x, after["running_mean_after"], after["running_var_after"], weight, bias, training, 0.1, 1e-5), ["x", "weight", "bias"], after)
case("matmul", {}, {"x": R(5, 17), "other": R(17, 9)}, lambda x, other: x @ other, ["x", "other"])
case("local_response_norm", {"size": 5, "alpha": 1e-2, "beta": 0.75, "k": 2.0}, {"x": R(2, 7, 3, 4)}, lambda x: F.local_response_norm(x, 5, 1e-2, 0.75, 2.0), ["x"])

for op, fn in {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "exp": torch.exp, "leaky_relu": lambda x: F.leaky_relu(x, 0.01), "gelu": F.gelu}.items(): case(op, {}, {"x": R(3, 37) * 2}, fn, ["x"])
for red, ls, weighted in (("mean", 0.0, False), ("sum", 0.0, False), ("sum", 0.1, False), ("sum", 0.0, True)):
    y = torch.tensor(rng.integers(0, 7, 9)); ins = {"x": R(9, 7) * 3, "target": y}
    if weighted: ins["weight"] = R(7).abs() + 0.1
    case("cross_entropy", dict({"reduction": red, "label_smoothing": ls}, **({"weighted": True} if weighted else {})), ins, lambda x, target, weight=None: F.cross_entropy(x, target, weight, reduction=red, label_smoothing=ls), ["x"])
    if not ls and not weighted: case("nll_loss", {"reduction": red}, {"x": F.log_softmax(R(9, 7), 1), "target": y}, lambda x, target: F.nll_loss(x, target, reduction=red), ["x"])

class Mlp(nn.Module):
    def __init__(s, i, a, b, o):
        super().__init__(); s.fc1 = nn.Linear(i, a); s.bn1 = nn.BatchNorm1d(a); s.fc2 = nn.Linear(a, b); s.bn2 = nn.BatchNorm1d(b); s.fc3 = nn.Linear(b, o)
    def forward(s, x): x = torch.relu(s.bn1(s.fc1(x.flatten(1)))); return F.log_softmax(s.fc3(torch.relu(s.bn2(s.fc2(x)))), dim=1)
class Cnn(nn.Module):
    def __init__(s, a, b, side, o):
        super().__init__(); s.conv1 = nn.Conv2d(1, a, 3, 1, 1); s.bn1 = nn.BatchNorm2d(a); s.conv2 = nn.Conv2d(a, b, 3, 1, 1); s.bn2 = nn.BatchNorm2d(b); s.fc3 = nn.Linear((side // 4) ** 2 * b, o)
    def forward(s, x):
        x = torch.relu(F.max_pool2d(s.bn1(s.conv1(x)), 2)); x = F.max_pool2d(torch.relu(s.bn2(s.conv2(x))), 2); return F.log_softmax(s.fc3(x.flatten(1)), dim=1)
for name, net in (("mlp", Mlp(64, 12, 8, 5)), ("cnn", Cnn(8, 4, 8, 5))):
    net = net.double(); n = f"train_{name}_small"; c = {"name": n, "op": "train", "args": {"model": name, "optimizer": "adam", "lr": 1e-3, "loss": "nll", "steps": 5, "batch": 6}, "inputs": {}, "outputs": {}}
    for k, v in net.state_dict().items(): c["inputs"][f"state/{k}"] = put(f"{n}/before/{k}", v.clone())
    o = torch.optim.Adam(net.parameters(), lr=1e-3); losses = []
    for i in range(5):
        x, y = torch.rand(6, 1, 8, 8), torch.tensor(rng.integers(0, 5, 6)); c["inputs"][f"x{i}"] = put(f"{n}/x{i}", x); c["inputs"][f"target{i}"] = put(f"{n}/target{i}", y)
        l = F.nll_loss(net(x.double()), y); losses.append(l.item()); o.zero_grad(); l.backward(); o.step()
    c["outputs"]["losses"] = put(f"{n}/losses", np.array(losses))
    for k, v in net.state_dict().items(): c["outputs"][f"state/{k}"] = put(f"{n}/after/{k}", v.clone())
    net.eval(); x = torch.rand(4, 1, 8, 8); c["inputs"]["x_eval"] = put(f"{n}/x_eval", x); c["outputs"]["y_eval"] = put(f"{n}/y_eval", net(x.double())); cases.append(c)

names = {"float32": "F32", "int64": "I64", "uint8": "U8"}; head, at, blobs = {}, 0, []
for k, a in tensors.items():
    b = a.tobytes(); head[k] = {"dtype": names[str(a.dtype)], "shape": list(a.shape), "data_offsets": [at, at + len(b)]}; at += len(b); blobs.append(b)
h = json.dumps(head, separators=(",", ":")).encode(); h += b" " * (-len(h) % 8)
with open(f"{out}/tensors.safetensors", "wb") as f: f.write(struct.pack("<Q", len(h))); f.write(h); [f.write(b) for b in blobs]
rows = ",\n".join(json.dumps(c) for c in cases)
open(f"{out}/cases.json", "w").write(f'{{"made_with": "torch {torch.__version__}", "seed": {source["seed"]}, "cases": [\n{rows}\n]}}\n')
