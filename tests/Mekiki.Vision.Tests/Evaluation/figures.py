#!/usr/bin/python3
"""An independent computation of the figures of `mekiki test`, with scikit-learn (Debian: python3-sklearn).

figures.py answers.csv   prints the figures of a file that `mekiki test --answers` wrote
figures.py --make FILE   writes made-up scores with their figures, which the tests compare
"""
import csv, json, sys
import numpy as np
from sklearn import metrics


def figures(labels, predictions, probability, own_log_probability, square_sum, rank):
    right = (labels == predictions).astype(float)
    n = len(labels)

    def ece(bins):
        return sum(abs(right[bins == b].mean() - probability[bins == b].mean()) * (bins == b).sum() / n for b in np.unique(bins))

    order = np.argsort(-probability, kind="stable")
    # Images of equal probability share their errors evenly.
    wrong = 1 - right[order]
    p = probability[order]
    for value in np.unique(p):
        wrong[p == value] = wrong[p == value].mean()
    errors, k = np.cumsum(wrong), np.arange(1, n + 1)
    mass = np.empty(n, int)
    mass[order] = np.arange(n) * 15 // n
    return {
        "accuracy": metrics.accuracy_score(labels, predictions),
        "top5": float((rank < 5).mean()),
        "balanced": metrics.balanced_accuracy_score(labels, predictions),
        "macro_f1": metrics.f1_score(labels, predictions, average="macro", zero_division=0),
        "weighted_f1": metrics.f1_score(labels, predictions, average="weighted", zero_division=0),
        "kappa": metrics.cohen_kappa_score(labels, predictions),
        "nll": float(-own_log_probability.mean()),
        "brier": float((square_sum - 2 * np.exp(own_log_probability) + 1).mean()),
        "ece": float(ece(np.clip(np.ceil(probability * 15).astype(int) - 1, 0, 14))),
        "ece_equal_mass": float(ece(mass)),
        "aurc": float((errors / k).mean()),
        "augrc": float((errors / n).mean()),
        "error_auroc": float(metrics.roc_auc_score(right, probability)),
    }


def label_figures(truth, predicted, probability):
    there = truth.any(0)
    named = there | predicted.any(0)
    return {
        "map": metrics.average_precision_score(truth[:, there], probability[:, there], average="macro"),
        "macro_f1": metrics.f1_score(truth[:, named], predicted[:, named], average="macro", zero_division=0),
        "micro_f1": metrics.f1_score(truth, predicted, average="micro", zero_division=0),
        "all_right": metrics.accuracy_score(truth, predicted),
    }


def of_file(path):
    rows = list(csv.DictReader(open(path, encoding="utf-8", newline="")))
    if "labels" in rows[0]:
        labels = [name.removeprefix("probability:") for name in rows[0] if name.startswith("probability:")]
        there = lambda column: np.array([[label in r[column].split(";") for label in labels] for r in rows])
        found = label_figures(there("labels"), there("predicted"), np.array([[float(r[f"probability:{label}"]) for label in labels] for r in rows]))
        return found | {"loss": float(np.mean([float(r["loss"]) for r in rows]))}
    column = lambda name, kind=float: np.array([kind(r[name]) for r in rows])
    return figures(column("class", str), column("prediction", str), column("probability_1"), column("log_probability"), column("square_sum"), column("rank", int))


def make(path):
    rng = np.random.default_rng(7)
    n, k = 300, 8
    labels = rng.integers(0, k - 1, n)                      # the last class has no image
    scores = np.round(rng.normal(0, 1.5, (n, k)), 3).astype(np.float32)
    scores[np.arange(n), labels] += 2
    scores[5:15] = scores[5]                                # equal probabilities
    wide = scores.astype(np.float64)
    log_p = wide - np.log(np.exp(wide).sum(1, keepdims=True))
    p, own = np.exp(log_p), log_p[np.arange(n), labels]
    predictions = p.argmax(1)
    assert abs(metrics.log_loss(labels, p, labels=range(k)) + own.mean()) < 1e-9
    assert abs(((p - np.eye(k)[labels]) ** 2).sum(1).mean() - ((p ** 2).sum(1) - 2 * np.exp(own) + 1).mean()) < 1e-12
    rank = (p > p[np.arange(n), labels][:, None]).sum(1)
    result = figures(labels, predictions, p.max(1).astype(np.float32).astype(np.float64), own, (p ** 2).sum(1), rank)
    json.dump({"classes": k, "labels": labels.tolist(), "scores": [round(float(s), 3) for s in scores.ravel()], "figures": result}, open(path, "w"))


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(sys.argv[2])
    else:
        for name, value in of_file(sys.argv[1]).items():
            print(f"{name:16} {value:.8f}")
