"""What joining the chunks of a huge image needs: python benchmark/basin_joins.py [--length 256] [--chunks 4]

No image is stored, nor made: a generator gives what is known of each chunk of noise after it was followed, and the joining
step of basins() of a dask array joins a cube of chunks. A third of the voxels at faces lead out, each in a basin of its own; the others
are in basins of three. Bytes and seconds for each exit lead to what an image of 10^12 voxels needs.
"""

import argparse
import resource
import time

import numpy as np
from itk_neighborhoodargmaxlabel._basin_chunks import Followed, Grid, _join
from itk_neighborhoodargmaxlabel._itk import load_itk

BASINS_PER_VOXEL = 0.0375  # of noise
STORED_PER_FACE_VOXEL = 4 + 16 / 3  # bytes: its basin; basin and target of an exit
STORED_PER_ROW = 4


def near_faces(shape):
    is_near = np.ones(shape, bool)
    is_near[(slice(1, -1),) * 3] = False
    return np.flatnonzero(is_near)


def followed_chunk(grid, chunk, random):
    shape = tuple(lengths[i] for lengths, i in zip(grid.chunks, chunk))
    near = near_faces(shape)
    leaves = random.random(near.size) < 1 / 3
    numbers = np.cumsum(leaves | (random.random(near.size) < 1 / 3)).astype(np.uint32) + np.uint32(1)
    rows = np.prod(shape[:-1])
    total = max(int(numbers[-1]), int(BASINS_PER_VOXEL * np.prod(shape)))
    newest = np.linspace(total / rows, total, rows).astype(np.uint32)
    newest[-1] = total
    position = np.array(np.unravel_index(near[leaves], shape))
    length = np.array(shape)[:, np.newaxis]
    outwards = (position == length - 1).astype(int) - (position == 0)
    target = (position + outwards + grid.start_of(chunk)[:, np.newaxis]) % np.array(grid.shape)[:, np.newaxis]
    exits = np.stack([numbers[leaves], np.ravel_multi_index(tuple(target), grid.shape)], axis=-1).astype(np.uint64)
    return Followed(newest[:, np.newaxis], numbers[:, np.newaxis], exits, {True, False})


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=256, help="of a chunk on each axis")
    parser.add_argument("--chunks", type=int, default=4, help="on each axis")
    arguments = parser.parse_args()
    grid = Grid(((arguments.length,) * arguments.chunks,) * 3, (1, 1, 1), 255, (True,) * 3)
    random = np.random.default_rng(1)
    load_itk()
    empty = peak()
    followed = np.empty(grid.numblocks, object)
    for chunk in np.ndindex(grid.numblocks):
        followed[chunk] = followed_chunk(grid, chunk, random)
    stored = sum(array.nbytes for one in followed.flat for array in one[:-1])
    faces = sum(one.faces.size for one in followed.flat)
    exits = sum(len(one.exits) for one in followed.flat)
    before = peak()
    begin = time.perf_counter()
    joined = _join(followed, grid=grid)
    seconds = time.perf_counter() - begin
    joining, needed = peak() - before, peak() - empty
    voxels = np.prod(grid.shape, dtype=np.int64)
    print(f"{voxels:.2e} voxels, {followed.size} chunks, {exits:.2e} exits, {joined.flat[0].number_of_basins:.2e} basins")
    print(
        f"stored {stored / 1e9:.2f} GB, joining takes {joining / 1e9:.2f} GB more, {seconds:.1f} s: {joining / exits:.0f} bytes and"
    )
    print(f"{seconds / exits * 1e6:.2f} us an exit")
    print("\n10^12 voxels, in chunks of    stored at once    peak of one joining task    its seconds")
    for length in (256, 512, 1024, 2048):
        count = 1e12 / length**3
        face = 6 * length**2 * count
        gigabytes = (face * STORED_PER_FACE_VOXEL + length**2 * count * STORED_PER_ROW) / 1e9
        print(f"{length:>6}^3 {gigabytes:>29.0f} GB {face / faces * needed / 1e9:>23.0f} GB {face / faces * seconds:>14.0f}")


if __name__ == "__main__":
    main()
