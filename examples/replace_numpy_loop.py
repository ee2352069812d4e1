"""The filter in the place of the loop over all voxels that NumPy programs have for this: the same labels.

python replace_numpy_loop.py [length of each axis]
"""

import sys
import time

import numpy as np
from itk_neighborhoodargmaxlabel import labels


def label_by_loop(image):
    """For each voxel the index, among its 27 neighbors, of that in whose direction the image falls most steeply."""
    distances = np.sqrt(sum((axis - 1.0) ** 2 for axis in np.indices((3, 3, 3))))
    distances[1, 1, 1] = 1
    found = np.zeros(image.shape, np.uint8)  # the outermost layer stays 0
    for z in range(1, image.shape[0] - 1):
        for y in range(1, image.shape[1] - 1):
            for x in range(1, image.shape[2] - 1):
                falls = image[z, y, x] - image[z - 1 : z + 2, y - 1 : y + 2, x - 1 : x + 2]
                falls = falls * (1 / distances)
                falls[1, 1, 1] = -100
                found[z, y, x] = np.argmax(falls)
    return found


length = int(sys.argv[1]) if len(sys.argv) > 1 else 48
image = np.random.default_rng(0).random((length, length, length), np.float32)
labels(image[:3, :3, :3])  # loads ITK

start = time.perf_counter()
expected = label_by_loop(image)
loop_time = time.perf_counter() - start

start = time.perf_counter()
found = labels(image)
filter_time = time.perf_counter() - start

print(f"the loop: {loop_time:.3f} s, the filter: {filter_time:.5f} s, {loop_time / filter_time:.0f} times as fast")
print(f"equal labels: {np.array_equal(found, expected)}")
