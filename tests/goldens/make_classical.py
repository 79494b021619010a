#!/usr/bin/python3
"""Makes classical.safetensors: SIFT descriptors by OpenCV, and mixtures and linear classifiers by scikit-learn.

usage: make_classical.py OUT_DIR   (Debian: python3-opencv, python3-sklearn)

sift.N.image (H, W) uint8; sift.N.keypoints (n, 3): x, y, bin width; sift.N.descriptors (n, 128).
OpenCV's bins are 1.5 times a keypoint's size wide (3 x half the size). Octave 0 means the image itself, and sigma 0.5,
the blur that OpenCV expects a camera's image to have, that it is not blurred once more.
em.x (N, D), em.start.* and em.end.* (weights, means, variances), em.steps, em.log_likelihood (mean of a vector).
svm.x (N, F), svm.y (N), svm.c, and for hinge and squared_hinge: svm.LOSS.weight (K, F), .bias (K), .objective (K).
"""
import json, struct, sys
import cv2
import numpy as np
from sklearn.mixture import GaussianMixture
from sklearn.svm import LinearSVC

tensors = {}
random = np.random.RandomState(7)


def put(name, array):
    tensors[name] = np.ascontiguousarray(array)


def character(height, width):
    """A few strokes on paper, as a brush might leave them."""
    image = np.full((height, width), 230, np.uint8)
    for x0, y0, x1, y1, thickness in ((8, 10, 38, 8, 4), (22, 5, 18, 42, 4), (10, 30, 40, 20, 3), (36, 22, 30, 42, 3)):
        cv2.line(image, (x0, y0), (x1, y1), 30, thickness, cv2.LINE_AA)
    cv2.ellipse(image, (26, 30), (12, 8), 20, 0, 280, 50, 3, cv2.LINE_AA)
    return image


def noise(height, width):
    image = cv2.GaussianBlur(random.rand(height, width), (0, 0), 2)
    return np.uint8(np.round(255 * (image - image.min()) / (image.max() - image.min())))


def waves(height, width):
    y, x = np.mgrid[:height, :width]
    return np.uint8(np.round(127 + 60 * np.sin(0.45 * x + 0.1 * y) + 60 * np.cos(0.02 * x * y / 2 + 0.3 * y)))


def sift():
    images = (character(48, 48), noise(40, 56), waves(37, 33))
    for n, image in enumerate(images):
        height, width = image.shape
        keypoints = [(x, y, binWidth) for binWidth in (3.0, 4.5, 6.0) for x, y in ((width // 2, height // 2), (12, 15), (width - 9, height - 12), (9, height - 12))]
        detector = cv2.SIFT_create(sigma=0.5)
        asked = [cv2.KeyPoint(float(x), float(y), binWidth / 1.5, 0.0, 1.0, 0, -1) for x, y, binWidth in keypoints]
        got, descriptors = detector.compute(image, asked)
        assert descriptors.any(axis=1).all(), "a keypoint has nothing around it"
        assert [k.pt for k in got] == [k.pt for k in asked] and [k.size for k in got] == [k.size for k in asked]
        put(f"sift.{n}.image", image)
        put(f"sift.{n}.keypoints", np.float32(keypoints))
        put(f"sift.{n}.descriptors", np.float32(descriptors))


def em(steps=12):
    centres = np.array([[0, 0, 0], [2.5, 1, -1], [-1, 2, 2]])
    widths = np.array([[1, 0.5, 0.8], [0.6, 1.2, 0.4], [0.9, 0.7, 1.1]])
    x = np.float32(np.concatenate([c + w * random.randn(n, 3) for c, w, n in zip(centres, widths, (150, 90, 60))]))
    means, variances, weights = x[[3, 170, 280]].astype(float), np.tile(x.var(0), (3, 1)).astype(float), np.full(3, 1 / 3)
    mixture = GaussianMixture(3, covariance_type="diag", tol=0, reg_covar=0, max_iter=steps, means_init=means, precisions_init=1 / variances, weights_init=weights)
    mixture.fit(x)
    put("em.x", x)
    for when, values in (("start", (weights, means, variances)), ("end", (mixture.weights_, mixture.means_, mixture.covariances_))):
        for name, value in zip(("weights", "means", "variances"), values):
            put(f"em.{when}.{name}", np.float32(value))
    put("em.steps", np.float32([steps]))
    put("em.log_likelihood", np.float32([mixture.score(x)]))


def svm(c=0.7):
    centres = np.array([[0, 0, 0, 0, 0], [1.5, 1, 0, 0, 1], [0, -1, 1.5, 1, 0]])
    y = np.repeat(np.arange(3), (50, 40, 30))
    x = np.float32(centres[y] + random.randn(120, 5))
    put("svm.x", x)
    put("svm.y", y.astype(np.int64))
    put("svm.c", np.float32([c]))
    for loss, power in (("hinge", 1), ("squared_hinge", 2)):
        machine = LinearSVC(C=c, loss=loss, dual=True, tol=1e-9, max_iter=10_000_000, random_state=0).fit(x.astype(float), y)
        w, b = machine.coef_, machine.intercept_
        signs = np.where(y[:, None] == np.arange(3), 1, -1)
        slack = np.maximum(0, 1 - signs * (x @ w.T + b)) ** power
        put(f"svm.{loss}.weight", np.float32(w))
        put(f"svm.{loss}.bias", np.float32(b))
        put(f"svm.{loss}.objective", np.float32((w**2).sum(1) / 2 + b**2 / 2 + c * slack.sum(0)))


sift()
em()
svm()
header, blobs, at = {}, [], 0
for name, array in tensors.items():
    kind = {"uint8": "U8", "float32": "F32", "int64": "I64"}[str(array.dtype)]
    header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
    blobs.append(array.tobytes())
    at += array.nbytes
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(f"{sys.argv[1]}/classical.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
