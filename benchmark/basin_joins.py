"""What joining the chunks of a huge image needs: python benchmark/basin_joins.py [--length 256] [--chunks 4]

No image is stored, nor made: a generator gives what is known of each chunk of noise after it was followed, and the joining
step of basins() of a dask array joins a cube of chunks. A third of the voxels at faces lead out, each in a basin of its own; the others
are in basins of three. Bytes and seconds for each exit lead to what an image of 10^12 voxels needs.
"""

import argparse
import resource
import time

import numpy as np
from itk_neighborhoodargmaxlabel._basin_joins import Followed, Grid, join_chunks

BASINS_PER_VOXEL = 0.0375  # of noise
STORED_PER_FACE_VOXEL = 4 + 12 / 3  # bytes: its basin; basin and target of an exit
STORED_PER_ROW = 4


def followed_chunk(grid, chunk, random):
    shape = grid.shape_of(chunk)
    near = grid.near_faces(shape)
    leaves = random.random(near.size) < 1 / 3
    numbers = np.cumsum(leaves | (random.random(near.size) < 1 / 3)).astype(np.uint32) + np.uint32(1)
    rows = np.prod(shape[:-1])
    total = max(int(numbers[-1]), int(BASINS_PER_VOXEL * np.prod(shape)))
    newest = np.linspace(total / rows, total, rows).astype(np.uint32)
    newest[-1] = total
    exits = near[leaves]
    position = np.array(np.unravel_index(exits, shape))
    length = np.array(shape)[:, np.newaxis]
    outwards = (position == length - 1).astype(int) - (position == 0)
    target = (position + outwards + grid.start_of(chunk)[:, np.newaxis]) % np.array(grid.shape)[:, np.newaxis]
    targets = np.ravel_multi_index(tuple(target), grid.shape)
    return Followed(newest, numbers, numbers[leaves], targets, {True, False})


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=256, help="of a chunk on each axis")
    parser.add_argument("--chunks", type=int, default=4, help="on each axis")
    arguments = parser.parse_args()
    grid = Grid(((arguments.length,) * arguments.chunks,) * 3, (1, 1, 1), 255, True)
    random = np.random.default_rng(1)
    empty = peak()
    followed = [followed_chunk(grid, chunk, random) for chunk in np.ndindex(grid.numblocks)]
    stored = sum(array.nbytes for one in followed for array in one[:-1])
    faces = sum(one.near_faces.size for one in followed)
    exits = sum(one.exits.size for one in followed)
    begin = time.perf_counter()
    tables = join_chunks(followed, grid)
    seconds = time.perf_counter() - begin
    needed = peak() - empty
    voxels = np.prod(grid.shape, dtype=np.int64)
    print(f"{voxels:.2e} voxels, {len(followed)} chunks, {exits:.2e} exits, {tables[0].number_of_basins:.2e} basins")
    print(f"stored {stored / 1e9:.2f} GB, peak {needed / 1e9:.2f} GB, {seconds:.1f} s: {needed / exits:.0f} bytes and")
    print(f"{seconds / exits * 1e6:.2f} us an exit")
    print("\n10^12 voxels, in chunks of    stored at once    peak of one joining task    its seconds")
    for length in (256, 512, 1024, 2048):
        count = 1e12 / length**3
        face = 6 * length**2 * count
        gigabytes = (face * STORED_PER_FACE_VOXEL + length**2 * count * STORED_PER_ROW) / 1e9
        print(f"{length:>6}^3 {gigabytes:>29.0f} GB {face / faces * needed / 1e9:>23.0f} GB {face / faces * seconds:>14.0f}")


if __name__ == "__main__":
    main()
