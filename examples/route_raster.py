"""From a GeoTIFF with nodata and a CRS to D8 codes and a catchment, as GeoTIFFs again.

python route_raster.py [picture.png [elevation.tif]]
"""

import sys
from pathlib import Path

import matplotlib
import matplotlib.cbook
import matplotlib.pyplot as plt
import numpy as np
import rioxarray
import xarray
from itk_neighborhoodargmaxlabel import basins, from_d8, labels, to_d8
from matplotlib.colors import LightSource

matplotlib.use("Agg")

picture = Path(sys.argv[1] if len(sys.argv) > 1 else "raster.png")
path = Path(sys.argv[2]) if len(sys.argv) > 2 else picture.with_name("elevation.tif")


def read(path: Path) -> xarray.DataArray:
    raster = rioxarray.open_rasterio(path)
    assert isinstance(raster, xarray.DataArray)
    return raster.squeeze("band")


# A real terrain, which matplotlib has with it: 3 arc seconds, in degrees, at 36.3 N. What is below 265 m, where a reservoir is,
# becomes nodata.
if not path.exists():
    sample = np.load(str(matplotlib.cbook.get_sample_data("jacksboro_fault_dem.npz", asfileobj=False)))
    heights = sample["elevation"].astype("int16")
    step = float(sample["dx"])
    terrain = xarray.DataArray(
        np.where(heights < 265, np.int16(-9999), heights),
        dims=("y", "x"),
        coords={
            "y": float(sample["ymax"]) - step * (0.5 + np.arange(heights.shape[0])),
            "x": float(sample["xmin"]) + step * (0.5 + np.arange(heights.shape[1])),
        },
    )
    terrain.rio.write_crs("EPSG:4326").rio.write_nodata(-9999).rio.to_raster(path)

# Nodata has no direction and receives no water; a degree of longitude is shorter than one of latitude.
elevation = read(path)
directions, slope = labels(elevation, center_score=0, border="inside", spacing="geographic", generate_score_image=True)

codes_path = picture.with_name("codes.tif")
to_d8(directions, "esri").rio.to_raster(codes_path)
codes = read(codes_path)
assert np.array_equal(from_d8(codes, "esri"), directions)
assert codes.rio.crs == elevation.rio.crs and codes.rio.nodata == 255

# The catchment of a pour point: a cell of which the label is that of the center is a sink, and its basin drains to it.
numbers, table = basins(directions, table=True)
largest = table["size"].argmax()
row, column = int(table["sink_0"][largest]), int(table["sink_1"][largest])
outlets = directions.copy()
outlets[row, column] = 4
numbers = basins(outlets)
catchment = numbers == numbers[row, column]
numbers.rio.to_raster(picture.with_name("catchments.tif"))

missing = directions == directions.rio.nodata
shade = LightSource(azdeg=315, altdeg=45).hillshade(np.where(missing, 265.0, elevation), vert_exag=0.02)
colors = np.repeat(shade[..., np.newaxis], 3, axis=2)
colors[catchment.values] = 0.5 * colors[catchment.values] + 0.5 * np.array([1.0, 0.5, 0.1])
colors[missing.values] = 0.6, 0.75, 0.95
figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
west, south, east, north = elevation.rio.bounds()
axes[0].imshow(colors, extent=(west, east, south, north), aspect=1.25)
axes[0].plot(float(elevation.x[column]), float(elevation.y[row]), "o", color="red", markeredgecolor="white")
axes[0].set_title("nodata in blue, a pour point and its catchment")
shown = axes[1].imshow(slope.where(~missing).values, extent=(west, east, south, north), aspect=1.25, cmap="magma", vmax=0.6)
axes[1].set_title("slope (m/m)")
figure.colorbar(shown, ax=axes[1])
figure.savefig(picture, dpi=75)

print(
    f"{int(missing.sum())} cells of nodata, {table['basin'].size} catchments, that of the pour point {int(catchment.sum())} "
    f"cells; {picture} is written"
)
