"""Images brought to other sizes by Pillow and torchvision: framing.safetensors.

make_framing.py FOLDER   (Debian: python3-pil, python3-torchvision)

Each tensor is uint8 (H, W, 3), called KIND/FILTER/FROM HEIGHT/FROM WIDTH/HEIGHT/WIDTH/MARGIN:
resize: Image.resize; crop: torchvision's Resize to the side and twice the margin, and CenterCrop of the side.
An image's pixels follow from its size: v = (1103515245 v + 12345) mod 2^31, from v = 1000 height + width on; a pixel is bits 16 to 23.
"""
import json, struct, sys
import numpy as np
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms.functional import center_crop, resize


def image(height, width):
    v, pixels = 1000 * height + width, []
    for _ in range(height * width * 3):
        v = (1103515245 * v + 12345) % 2**31
        pixels.append(v >> 16 & 255)
    return Image.fromarray(np.array(pixels, np.uint8).reshape(height, width, 3))


filters = {"bilinear": (Image.BILINEAR, InterpolationMode.BILINEAR), "bicubic": (Image.BICUBIC, InterpolationMode.BICUBIC)}
sizes = [(5, 9), (17, 40), (40, 17), (33, 33), (64, 51), (31, 90), (12, 61), (77, 20)]
found = {}
for height, width in sizes:
    for name, (pillow, torch) in filters.items():
        for to in [(16, 16), (9, 23), (48, 31)]:
            found[f"resize/{name}/{height}/{width}/{to[0]}/{to[1]}/0"] = np.asarray(image(height, width).resize(to[::-1], pillow))
        for side, margin in [(14, 1), (16, 2), (21, 3), (12, 5)]:
            whole = resize(image(height, width), side + 2 * margin, torch)
            found[f"crop/{name}/{height}/{width}/{side}/{side}/{margin}"] = np.asarray(center_crop(whole, side))

head, at = {}, 0
for name, value in found.items():
    head[name] = {"dtype": "U8", "shape": list(value.shape), "data_offsets": [at, at := at + value.size]}
text = json.dumps(head).encode()
with open(f"{sys.argv[1]}/framing.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in found.values()))
