"""Draws blocks.png: how basins are found block by block. python documentation/draw_blocks.py"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from scipy.ndimage import gaussian_filter

SHAPE = (12, 18)
BLOCK = (6, 6)


def steepest(image):
    """Where each voxel leads; a sink to itself."""
    following = {}
    for voxel in np.ndindex(image.shape):
        near = [
            (voxel[0] + y, voxel[1] + x)
            for y in (-1, 0, 1)
            for x in (-1, 0, 1)
            if 0 <= voxel[0] + y < image.shape[0] and 0 <= voxel[1] + x < image.shape[1]
        ]
        following[voxel] = max(near, key=lambda n: (image[voxel] - image[n]) / max(np.hypot(*np.subtract(voxel, n)), 1))
    return following


def block_of(voxel):
    return voxel[0] // BLOCK[0], voxel[1] // BLOCK[1]


def roots_of(following, stays_inside):
    """Where paths end; in their block, or in the image."""
    roots = np.empty((*SHAPE, 2), int)
    for voxel in np.ndindex(SHAPE):
        end = voxel
        while following[end] != end and (not stays_inside or block_of(following[end]) == block_of(voxel)):
            end = following[end]
        roots[voxel] = end
    return roots


def numbers_of(roots):
    """Numbered by first voxels."""
    _, first, inverse = np.unique(roots[..., 0] * SHAPE[1] + roots[..., 1], return_index=True, return_inverse=True)
    return first.argsort().argsort()[inverse].reshape(SHAPE) + 1


def draw(axes, numbers, following, title):
    colors = plt.get_cmap("tab20")(np.arange(numbers.max()) % 20)
    axes.imshow(numbers, cmap=ListedColormap(0.45 + 0.55 * colors[:, :3]), vmin=1, vmax=numbers.max() + 0.01)
    for (y, x), (to_y, to_x) in following.items():
        if (y, x) == (to_y, to_x):
            axes.plot(x, y, "ko", markersize=5)
        elif "faces" not in title or block_of((y, x)) != block_of((to_y, to_x)):
            leaves = block_of((y, x)) != block_of((to_y, to_x))
            axes.annotate(
                "",
                (to_x, to_y),
                (x, y),
                arrowprops={"arrowstyle": "-|>", "color": "crimson" if leaves else "0.25", "lw": 1.6 if leaves else 0.7},
            )
    for y in range(0, SHAPE[0] + 1, BLOCK[0]):
        axes.axhline(y - 0.5, color="black", lw=2)
    for x in range(0, SHAPE[1] + 1, BLOCK[1]):
        axes.axvline(x - 0.5, color="black", lw=2)
    axes.set(title=title, xticks=[], yticks=[])


def main():
    image = gaussian_filter(np.random.default_rng(7).random(SHAPE), 1.3)
    following = steepest(image)
    figure, axes = plt.subplots(3, 1, figsize=(7.5, 15.5), layout="constrained")
    alone = numbers_of(roots_of(following, True))
    draw(axes[0], alone, following, "1. Each block alone: a basin for each sink (dot), and for each way out (red)")
    draw(axes[1], alone, following, "2. Joined over the faces of blocks: only what leaves or enters a block is known here")
    whole = numbers_of(roots_of(following, False))
    draw(axes[2], whole, following, "3. Numbered by first voxels")
    for number in range(1, whole.max() + 1):
        y, x = np.argwhere(whole == number)[0]
        axes[2].text(x, y, str(number), ha="center", va="center", fontsize=13, weight="bold")
    figure.savefig(Path(__file__).with_name("blocks.png"), dpi=90)


if __name__ == "__main__":
    main()
