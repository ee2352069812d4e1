"""The rivers of a terrain, and the catchments of points on them.

python find_rivers.py [picture.png]
"""

import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import accumulate, catchment, labels
from matplotlib.colors import LightSource

matplotlib.use("Agg")

picture = sys.argv[1] if len(sys.argv) > 1 else "rivers.png"

# A valley that falls to the right, with random hills: 240 x 360 cells of 10 m.
random = np.random.default_rng(5)
rows, columns = np.indices((240, 360))
frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(360), np.fft.fftfreq(240)))
waves = np.fft.fft2(random.normal(size=frequency.shape)) / np.maximum(frequency, 0.01) ** 1.8
waves *= np.exp(-((frequency / 0.05) ** 2))  # Noise would have a sink every few cells.
hills = np.real(np.fft.ifft2(waves))
terrain = 1000 - 2 * columns + 1.2 * np.hypot(rows - 120, 20) + 25 * hills / hills.std()

directions = labels(terrain, center_score=0, border="inside", spacing=10)
cells = accumulate(directions)

# The three cells with the most water, far from each other.
points: list[tuple[np.intp, ...]] = []
for voxel in np.argsort(cells, axis=None)[::-1]:
    point = np.unravel_index(voxel, cells.shape)
    if all(np.hypot(*np.subtract(point, other)) > 60 for other in points):
        points.append(point)
    if len(points) == 3:
        break
numbers = catchment(directions, points)

shade = LightSource(azdeg=315, altdeg=45).hillshade(terrain, vert_exag=2, dx=10, dy=10)[..., np.newaxis]
tints = np.array([[1, 1, 1], [1, 0.8, 0.55], [0.75, 0.95, 0.6], [1, 0.7, 0.8]])
colors = tints[numbers] * (0.4 + 0.6 * shade)
colors[cells > 150] = 0.05, 0.3, 0.8

figure, axis = plt.subplots(figsize=(9, 6), layout="constrained")
axis.imshow(colors, interpolation="nearest")
rows_of_points, columns_of_points = np.transpose(points)
axis.scatter(columns_of_points, rows_of_points, s=30, color="white", edgecolors="black")
axis.set_title("rivers through which more than 150 cells drain, and the catchments of three points")
axis.set_axis_off()
figure.savefig(picture, dpi=85)

sizes = ", ".join(f"{cells[point] / 1e4:.2f}" for point in points)
print(f"{sizes} square km drain to the three points; {picture} is written")
